import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Metrics } from '../observability/metrics.js';
import { craftedToken } from '../../test/harness/crafted-token.js';
import { FakeClock } from '../../test/harness/fake.clock.js';
import { testConfig, TEST_SECRET } from '../../test/harness/test-config.js';
import { testToken } from '../../test/harness/test-token.js';
import type { Principal } from '../protocol/principal.js';
import { KeyRing } from './key-ring.js';
import { type TokenRefusal, TokenRefused } from './token-refused.js';
import { TokenVerifier } from './token-verifier.js';

const clock = new FakeClock();
const now = (): number => Math.floor(clock.epochMs() / 1000);

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const nextRsa = generateKeyPairSync('rsa', { modulusLength: 3072 });
const foreignRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const p521 = generateKeyPairSync('ec', { namedCurve: 'P-521' });

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** `secret`, or the public keys in their place. */
function verifierOf(env: Record<string, string> = {}, publicKeys: readonly KeyObject[] = []): TokenVerifier {
  const config = testConfig({
    ...(publicKeys.length > 0 && { JWT_SECRET: '', JWT_PUBLIC_KEY: publicKeys.map(pemOf).join('') }),
    ...env,
  });
  return new TokenVerifier(config, new KeyRing(config), clock, new Metrics());
}

const claims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  sub: 'alice',
  exp: now() + 3600,
  ...more,
});

const signed = (more: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string =>
  craftedToken({ alg: 'HS256', typ: 'JWT', ...header }, claims(more), TEST_SECRET, 'HS256');

function outcome(verifier: TokenVerifier, token: string): Principal | TokenRefusal {
  try {
    return verifier.verify(token);
  } catch (error) {
    expect(error).toBeInstanceOf(TokenRefused);
    return (error as TokenRefused).reason;
  }
}

const ACCEPTED = expect.objectContaining({ userId: 'alice' });

describe('token verifier', () => {
  const verifier = verifierOf();

  it('turns claims into a principal', () => {
    const token = signed({ roles: ['trader'], scope: 'quotes chat', iat: now() });
    expect(verifier.verify(token)).toEqual({
      userId: 'alice',
      roles: ['trader'],
      scopes: ['quotes', 'chat'],
      topics: [],
      attributes: {},
      expiresAtMs: (now() + 3600) * 1000,
    });
  });

  it('takes what an ordinary library signs', () => {
    expect(outcome(verifier, testToken({ exp: now() + 60, iat: now() }))).toEqual(ACCEPTED);
  });

  describe('signature', () => {
    it('refuses a token signed with another secret', () => {
      expect(outcome(verifier, craftedToken({ alg: 'HS256' }, claims(), 'another secret'))).toBe(
        'token_signature',
      );
    });

    it('refuses claims that were changed after signing', () => {
      const [header, , signature] = signed().split('.');
      const payload = Buffer.from(JSON.stringify(claims({ sub: 'mallory' }))).toString('base64url');
      expect(outcome(verifier, `${header}.${payload}.${signature}`)).toBe('token_signature');
    });

    it('refuses a header that was changed after signing', () => {
      const [, payload, signature] = signed().split('.');
      const header = Buffer.from('{"alg":"HS256","typ":"at+jwt"}').toString('base64url');
      expect(outcome(verifier, `${header}.${payload}.${signature}`)).toBe('token_signature');
    });
  });

  describe('algorithm and key kind', () => {
    it.each(['HS256', 'HS384', 'HS512'])('takes %s from a secret', (alg) => {
      expect(outcome(verifier, craftedToken({ alg }, claims(), TEST_SECRET))).toEqual(ACCEPTED);
    });

    it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'])('takes %s from an RSA key', (alg) => {
      const token = craftedToken({ alg }, claims(), rsa.privateKey);
      expect(outcome(verifierOf({}, [rsa.publicKey]), token)).toEqual(ACCEPTED);
    });

    it.each([
      ['ES256', p256],
      ['ES384', p384],
      ['ES512', p521],
    ] as const)('takes %s from a key of its curve', (alg, { privateKey, publicKey }) => {
      const token = craftedToken({ alg }, claims(), privateKey);
      expect(outcome(verifierOf({}, [publicKey]), token)).toEqual(ACCEPTED);
      expect(outcome(verifierOf({}, [alg === 'ES256' ? p384.publicKey : p256.publicKey]), token)).toBe(
        'token_alg',
      );
    });

    it.each(['RS256', 'PS256', 'ES256'])('refuses %s where a secret is configured', (alg) => {
      const key = alg === 'ES256' ? p256.privateKey : rsa.privateKey;
      expect(outcome(verifier, craftedToken({ alg }, claims(), key))).toBe('token_alg');
    });

    it('refuses an HMAC made with the public key as secret', () => {
      const withPublicKey = verifierOf({}, [rsa.publicKey]);
      for (const secret of [pemOf(rsa.publicKey), pemOf(rsa.publicKey).trim()]) {
        expect(outcome(withPublicKey, craftedToken({ alg: 'HS256' }, claims(), secret))).toBe('token_alg');
      }
    });

    it.each([
      'none',
      'None',
      'NONE',
      'nOnE',
      '',
      'HS256 ',
      'hs256',
      'EdDSA',
      'RS257',
      '__proto__',
      'constructor',
    ])('refuses the algorithm %p, signed or not', (alg) => {
      const [, payload, signature] = signed().split('.');
      const header = Buffer.from(JSON.stringify({ alg, typ: 'JWT' })).toString('base64url');
      expect(outcome(verifier, `${header}.${payload}.${signature}`)).toBe('token_alg');
      expect(outcome(verifier, `${header}.${payload}.`)).toBe('token_alg');
    });

    it.each([[undefined], [null], [['HS256']], [1]])('refuses %p as algorithm', (alg) => {
      expect(outcome(verifier, signed({}, { alg }))).toBe('token_alg');
    });

    it('refuses an algorithm that configuration left out', () => {
      const narrow = verifierOf({ JWT_ALGORITHMS: 'HS512' });
      expect(outcome(narrow, signed())).toBe('token_alg');
      expect(outcome(narrow, craftedToken({ alg: 'HS512' }, claims(), TEST_SECRET))).toEqual(ACCEPTED);
    });

    it('refuses an ECDSA signature of zeros (CVE-2022-21449)', () => {
      const [header, payload] = craftedToken({ alg: 'ES256' }, claims(), p256.privateKey).split('.');
      const zeros = Buffer.alloc(64).toString('base64url');
      expect(outcome(verifierOf({}, [p256.publicKey]), `${header}.${payload}.${zeros}`)).toBe(
        'token_signature',
      );
    });

    it('refuses an ECDSA signature of the wrong length', () => {
      const [header, payload] = craftedToken({ alg: 'ES256' }, claims(), p256.privateKey).split('.');
      const short = Buffer.alloc(63, 1).toString('base64url');
      expect(outcome(verifierOf({}, [p256.publicKey]), `${header}.${payload}.${short}`)).toBe(
        'token_malformed',
      );
    });

    it('refuses an RSA signature with the padding of the other scheme', () => {
      const token = craftedToken({ alg: 'PS256' }, claims(), rsa.privateKey, 'RS256');
      expect(outcome(verifierOf({}, [rsa.publicKey]), token)).toBe('token_signature');
    });
  });

  describe('key rotation', () => {
    const rotating = verifierOf({}, [rsa.publicKey, nextRsa.publicKey, p256.publicKey]);

    it.each([
      ['the old key', 'RS256', rsa.privateKey],
      ['the new key', 'RS256', nextRsa.privateKey],
      ['a key of another kind', 'ES256', p256.privateKey],
    ] as const)('takes a token of %s', (_what, alg, key) => {
      expect(outcome(rotating, craftedToken({ alg }, claims(), key))).toEqual(ACCEPTED);
    });

    it('refuses a key that is not among them', () => {
      const token = craftedToken({ alg: 'RS256' }, claims(), foreignRsa.privateKey);
      expect(outcome(rotating, token)).toBe('token_signature');
    });

    it.each([rsa.privateKey, nextRsa.privateKey])('says what is wrong with a token of either key', (key) => {
      const token = craftedToken({ alg: 'RS256' }, claims({ exp: now() - 3600 }), key);
      expect(outcome(rotating, token)).toBe('token_time');
    });
  });

  describe('times', () => {
    // The tolerance is 30 s: the last second inside, the first outside.
    it.each([
      ['exp', 'in the future', 1, ACCEPTED],
      ['exp', 'now', 0, ACCEPTED],
      ['exp', '29 s ago', -29, ACCEPTED],
      ['exp', '30 s ago', -30, 'token_time'],
      ['nbf', 'in 30 s', 30, ACCEPTED],
      ['nbf', 'in 31 s', 31, 'token_time'],
      ['iat', 'in 30 s', 30, ACCEPTED],
      ['iat', 'in 31 s', 31, 'token_time'],
    ])('%s %s', (claim, _when, offset, expected) => {
      expect(outcome(verifier, signed({ [claim]: now() + offset }))).toEqual(expected);
    });

    it('has no tolerance where none is configured', () => {
      const strict = verifierOf({ JWT_CLOCK_TOLERANCE_SECONDS: '0' });
      expect(outcome(strict, signed({ exp: now() + 1 }))).toEqual(ACCEPTED);
      expect(outcome(strict, signed({ exp: now() }))).toBe('token_time');
      expect(outcome(strict, signed({ nbf: now() + 1 }))).toBe('token_time');
    });

    it('goes by the clock of the gateway', () => {
      const own = new FakeClock();
      const config = testConfig();
      const timed = new TokenVerifier(config, new KeyRing(config), own, new Metrics());
      const token = signed({ exp: Math.floor(own.epochMs() / 1000) + 60 });
      expect(outcome(timed, token)).toEqual(ACCEPTED);
      own.advance(89_000);
      expect(outcome(timed, token)).toEqual(ACCEPTED);
      own.advance(1000);
      expect(outcome(timed, token)).toBe('token_time');
    });

    it('refuses a token that never ends', () => {
      expect(outcome(verifier, signed({ exp: undefined }))).toBe('token_time');
    });

    it.each([
      ['exp', '9999999999'],
      ['exp', null],
      ['exp', 0],
      ['exp', -1],
      ['nbf', 'now'],
      ['iat', 'now'],
      ['iat', null],
      ['iat', -5],
    ])('refuses %s = %p', (claim, value) => {
      expect(outcome(verifier, signed({ [claim]: value }))).toBe('token_time');
    });
  });

  describe('max age', () => {
    const DAY = 86_400;
    const aged = verifierOf({ JWT_MAX_AGE_SECONDS: String(DAY) });

    it('ends the authority of a long-lived token a day after it was issued', () => {
      const issued = now() - 3600;
      expect(outcome(aged, signed({ iat: issued, exp: now() + 365 * DAY }))).toMatchObject({
        expiresAtMs: (issued + DAY) * 1000,
      });
    });

    it('leaves an earlier end as it is', () => {
      expect(outcome(aged, signed({ iat: now(), exp: now() + 60 }))).toMatchObject({
        expiresAtMs: (now() + 60) * 1000,
      });
    });

    it('refuses a token that was issued too long ago, tolerance included', () => {
      expect(outcome(aged, signed({ iat: now() - DAY - 29 }))).toEqual(ACCEPTED);
      expect(outcome(aged, signed({ iat: now() - DAY - 30 }))).toBe('token_time');
    });

    it('refuses a token without date of issue that outlives the age', () => {
      expect(outcome(aged, signed({ exp: now() + DAY }))).toEqual(ACCEPTED);
      expect(outcome(aged, signed({ exp: now() + DAY + 1 }))).toBe('token_time');
    });
  });

  describe('issuer and audience', () => {
    const bound = verifierOf({ JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'tidegate' });
    const iss = 'https://id.example';
    const aud = 'tidegate';

    it.each([
      ['both as configured', { iss, aud }, ACCEPTED],
      ['the audience among others', { iss, aud: ['billing', aud] }, ACCEPTED],
      ['no issuer', { aud }, 'token_iss'],
      ['another issuer', { iss: `${iss}.evil`, aud }, 'token_iss'],
      ['an issuer that only begins alike', { iss: 'https://id.example/', aud }, 'token_iss'],
      ['a list of issuers', { iss: [iss], aud }, 'token_iss'],
      ['no audience', { iss }, 'token_aud'],
      ['another audience', { iss, aud: 'tidegate2' }, 'token_aud'],
      ['an empty list of audiences', { iss, aud: [] }, 'token_aud'],
    ])('%s', (_what, more, expected) => {
      expect(outcome(bound, signed(more))).toEqual(expected);
    });

    it('are not asked for where none is configured', () => {
      expect(outcome(verifier, signed({ iss: 'anybody', aud: 'anything' }))).toEqual(ACCEPTED);
    });
  });

  describe('type', () => {
    it.each([
      ['JWT', ACCEPTED],
      ['jwt', ACCEPTED],
      ['at+jwt', ACCEPTED],
      ['AT+JWT', ACCEPTED],
      [undefined, ACCEPTED],
      ['id+jwt', 'token_typ'],
      ['logout+jwt', 'token_typ'],
      ['', 'token_typ'],
      [null, 'token_typ'],
      [1, 'token_typ'],
      [['JWT'], 'token_typ'],
    ])('%p', (typ, expected) => {
      expect(outcome(verifier, signed({}, { typ }))).toEqual(expected);
    });

    it('can be narrowed to access tokens', () => {
      const narrow = verifierOf({ JWT_TYPES: 'at+jwt' });
      expect(outcome(narrow, signed({}, { typ: 'at+jwt' }))).toEqual(ACCEPTED);
      expect(outcome(narrow, signed({}, { typ: 'JWT' }))).toBe('token_typ');
      expect(outcome(narrow, signed({}, { typ: undefined }))).toBe('token_typ');
    });
  });

  describe('subject', () => {
    it.each([
      'alice',
      'a',
      'x'.repeat(128),
      'auth0|5f7c',
      'alice@example.com',
      'Ünï-çødé',
      '7',
      '🙂',
      '__proto__',
    ])('takes %p', (sub) => {
      expect(outcome(verifier, signed({ sub }))).toMatchObject({ userId: sub });
    });

    it.each([
      undefined,
      null,
      '',
      ' ',
      'a b',
      'a\tb',
      'a\nb',
      'a\0b',
      'x'.repeat(129),
      'a\u00a0b',
      'a\u2028b',
      'a\u202eb',
      '\ud800',
      7,
      ['alice'],
      { id: 1 },
    ])('refuses %p', (sub) => {
      expect(outcome(verifier, signed({ sub }))).toBe('token_sub');
    });
  });

  describe('header', () => {
    it.each([
      ['jku', 'https://evil.example/keys'],
      ['x5u', 'https://evil.example/cert'],
      ['jwk', { kty: 'oct', k: 'AAAA' }],
      ['x5c', ['MIIB']],
      ['crit', ['exp']],
      ['crit', []],
      ['jwk', null],
    ])('refuses a token that brings %s', (name, value) => {
      expect(outcome(verifier, signed({}, { [name]: value }))).toBe('token_header');
    });

    it.each(['2024-01', 'key_1.a=', 'x'.repeat(128), 'a/b@c+d'])('takes the key id %p', (kid) => {
      expect(outcome(verifier, signed({}, { kid }))).toEqual(ACCEPTED);
    });

    it.each(['', 'x'.repeat(129), '../../dev/null', "1' OR '1'='1", 'a b', 'a\nb', 7, null, ['a']])(
      'refuses the key id %p',
      (kid) => {
        expect(outcome(verifier, signed({}, { kid }))).toBe('token_kid');
      },
    );
  });

  describe('form', () => {
    const base64url = (text: string): string => Buffer.from(text).toString('base64url');

    it.each([
      ['nothing', ''],
      ['one part', 'abc'],
      ['two parts', 'abc.def'],
      ['four parts', `${signed()}.abc`],
      ['blanks around it', ` ${signed()}`],
      ['a line break behind it', `${signed()}\n`],
      ['padding', signed().replace('.', '=.')],
      ['the standard alphabet', `${signed()}+/`],
      ['no signature', signed().replace(/[^.]+$/, '')],
      ['a header that is no JSON', `${base64url('{')}.${base64url('{}')}.AAAA`],
      ['a header that is a list', `${base64url('[]')}.${base64url('{}')}.AAAA`],
      ['a header that is null', `${base64url('null')}.${base64url('{}')}.AAAA`],
      ['an encrypted token', `${base64url('{"alg":"dir","enc":"A128GCM"}')}.a.b.c.d`],
      ['more than 8 KiB', signed({ padding: 'x'.repeat(8192) })],
    ])('refuses %s', (_what, token) => {
      expect(outcome(verifier, token)).toBe('token_malformed');
    });

    it.each([
      ['null', null, 'token_malformed'],
      ['a list', [], 'token_sub'],
      ['text', 'alice', 'token_sub'],
      ['a number', 7, 'token_sub'],
    ])('refuses claims that are %s', (_what, value, expected) => {
      expect(outcome(verifier, craftedToken({ alg: 'HS256', typ: 'JWT' }, value, TEST_SECRET))).toBe(
        expected,
      );
    });
  });

  describe('grants', () => {
    it.each([
      ['roles as a list', { roles: ['a', 'b'] }, ['a', 'b'], []],
      ['roles as text', { roles: 'a b' }, ['a', 'b'], []],
      ['a single role', { role: 'a' }, ['a'], []],
      ['scope as text', { scope: 'x  y' }, [], ['x', 'y']],
      ['scope under its older name', { scp: ['x', 'y'] }, [], ['x', 'y']],
      ['nothing of any other kind', { roles: { admin: true }, scope: 7 }, [], []],
      ['only words', { roles: ['a', '', 7, null, ['admin']] }, ['a'], []],
    ])('reads %s', (_what, more, roles, scopes) => {
      expect(outcome(verifier, signed(more))).toMatchObject({ roles, scopes });
    });

    it('are capped', () => {
      const roles = Array.from({ length: 100 }, (_, index) => `role${index}`);
      expect(outcome(verifier, signed({ roles }))).toMatchObject({ roles: roles.slice(0, 64) });
    });
  });

  describe('what updates are addressed by', () => {
    it('is topics and scalar attributes', () => {
      const attrs = { plan: 'pro', seats: 5, beta: false, list: ['x'], nothing: null, nested: {} };
      expect(outcome(verifier, signed({ topics: ['fx', 7], attrs }))).toMatchObject({
        topics: ['fx'],
        attributes: { plan: 'pro', seats: 5, beta: false },
      });
      expect(outcome(verifier, signed({ topics: 'fx metals' }))).toMatchObject({ topics: ['fx', 'metals'] });
    });

    it.each([['a text'], [7], [['pro']], [null]])('is nothing of attributes that are %j', (attrs) => {
      expect(outcome(verifier, signed({ attrs }))).toMatchObject({ attributes: {} });
    });

    it('is capped', () => {
      const many = Array.from({ length: 100 }, (_, index) => [`a${index}`, index] as const);
      expect(outcome(verifier, signed({ attrs: Object.fromEntries(many) }))).toMatchObject({
        attributes: Object.fromEntries(many.slice(0, 32)),
      });
      const long = 'x'.repeat(129);
      expect(outcome(verifier, signed({ attrs: { [long]: 1, a: long, b: 1 } }))).toMatchObject({
        attributes: { b: 1 },
      });
    });
  });

  it('tells the client nothing: the token is not in the error', () => {
    const token = signed({ sub: 'a b' });
    try {
      verifier.verify(token);
      throw new Error('accepted');
    } catch (error) {
      expect((error as Error).message).toBe('The token was refused: token_sub');
    }
  });
});
