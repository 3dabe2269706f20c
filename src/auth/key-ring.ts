import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';

const HMAC = ['HS256', 'HS384', 'HS512'];
const RSA = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
const BY_CURVE: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/**
 * The keys this deployment trusts, each bound to the algorithms its type allows. A token's `alg` only selects among
 * them: a public key can never serve as an HMAC secret (RFC 8725 section 3.1).
 */
@Injectable()
export class KeyRing {
  private readonly keysByAlgorithm = new Map<string, KeyObject[]>();

  constructor(config: AppConfig) {
    const { key, algorithms } = config.auth;
    const keys =
      'secret' in key
        ? [createSecretKey(Buffer.from(key.secret))]
        : key.publicKeys.map((pem) => createPublicKey(pem));
    for (const candidate of keys) {
      for (const algorithm of algorithmsOf(candidate)) {
        if (algorithms.length === 0 || algorithms.includes(algorithm)) {
          this.keysByAlgorithm.set(algorithm, [...(this.keysByAlgorithm.get(algorithm) ?? []), candidate]);
        }
      }
    }
    if (this.keysByAlgorithm.size === 0) {
      throw new Error('JWT_ALGORITHMS names no algorithm that the configured keys can serve');
    }
  }

  /** Those that some key serves. */
  get algorithms(): readonly string[] {
    return [...this.keysByAlgorithm.keys()];
  }

  /** The keys that may verify `algorithm`; none when it is not allowed. */
  keysFor(algorithm: string): readonly KeyObject[] {
    return this.keysByAlgorithm.get(algorithm) ?? [];
  }
}

function algorithmsOf(key: KeyObject): readonly string[] {
  if (key.type === 'secret') {
    return HMAC;
  }
  if (key.asymmetricKeyType === 'rsa') {
    return RSA;
  }
  const algorithm = BY_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''];
  return algorithm === undefined ? [] : [algorithm];
}
