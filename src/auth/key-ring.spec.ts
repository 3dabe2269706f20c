import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { testConfig } from '../../test/harness/test-config.js';
import { KeyRing } from './key-ring.js';

const HMAC = ['HS256', 'HS384', 'HS512'];
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const EC = ['ES256', 'ES384', 'ES512'];

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;

function ringOf(keys: readonly KeyObject[], algorithms = ''): KeyRing {
  const pem = keys.map((key) => key.export({ type: 'spki', format: 'pem' })).join('');
  const key: Record<string, string> = keys.length > 0 ? { JWT_SECRET: '', JWT_PUBLIC_KEY: pem } : {};
  return new KeyRing(testConfig({ ...key, JWT_ALGORITHMS: algorithms }));
}

/** The algorithms that have a key, and how many. */
const held = (ring: KeyRing): [string, number][] =>
  [...HMAC, ...RSA, ...EC, 'none', '']
    .map((algorithm): [string, number] => [algorithm, ring.keysFor(algorithm).length])
    .filter(([, count]) => count > 0);

const each = (algorithms: readonly string[], count = 1): [string, number][] =>
  algorithms.map((algorithm) => [algorithm, count]);

describe('key ring', () => {
  it('binds a secret to HMAC alone', () => {
    expect(held(ringOf([]))).toEqual(each(HMAC));
  });

  it('binds an RSA key to RSA alone', () => {
    expect(held(ringOf([rsa]))).toEqual(each(RSA));
  });

  it('binds an EC key to the algorithm of its curve', () => {
    expect(held(ringOf([p384]))).toEqual(each(['ES384']));
  });

  it('holds several keys of one kind, in the order they were given', () => {
    const ring = ringOf([rsa, p384, otherRsa]);
    expect(held(ring)).toEqual([...each(RSA, 2), ...each(['ES384'])]);
    expect(ring.keysFor('RS256').map((key) => key.equals(rsa))).toEqual([true, false]);
  });

  it('keeps only the algorithms that configuration names', () => {
    expect(held(ringOf([rsa, p384], 'PS256,ES384'))).toEqual(each(['PS256', 'ES384']));
  });

  it('refuses to serve nothing: an algorithm that no key can verify', () => {
    expect(() => ringOf([rsa], 'ES256')).toThrow('JWT_ALGORITHMS names no algorithm');
  });

  it('never holds a private key', () => {
    const keys = [...ringOf([rsa]).keysFor('RS256'), ...ringOf([]).keysFor('HS256')];
    expect(keys.map(({ type }) => type)).toEqual(['public', 'secret']);
  });
});
