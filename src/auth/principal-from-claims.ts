import type { Principal } from '../protocol/principal.js';
import { TokenRefused } from './token-refused.js';

/** 1-128 printable characters without spaces. Adapters encode it before it touches a subject or a key. */
const SUBJECT = /^[^\p{C}\p{Z}]{1,128}$/u;

/** Caps on what a token may carry into every session. */
const MAX_GRANTS = 64;
const MAX_ATTRIBUTES = 32;
const MAX_ATTRIBUTE_LENGTH = 128;

/** Shared by all principals whose token has no such claim. */
const NO_WORDS: readonly string[] = Object.freeze([]);
const NO_ATTRIBUTES: Principal['attributes'] = Object.freeze({});

export interface ClaimRules {
  readonly nowSeconds: number;
  readonly toleranceSeconds: number;
  readonly maxAgeSeconds: number;
}

/**
 * The principal of verified claims: `sub`, `exp`, `iat`, `roles` (or `role`), `scope` (RFC 8693 section 4.2) or `scp`,
 * `topics`, `attrs`. The signature, `nbf`, `iss` and `aud` were checked before.
 */
export function principalFromClaims(claims: Readonly<Record<string, unknown>>, rules: ClaimRules): Principal {
  const { sub } = claims;
  if (typeof sub !== 'string' || !SUBJECT.test(sub)) {
    throw new TokenRefused('token_sub');
  }
  return {
    userId: sub,
    roles: words(claims['roles'] ?? claims['role']),
    scopes: words(claims['scope'] ?? claims['scp']),
    topics: words(claims['topics']),
    attributes: attributesOf(claims['attrs']),
    expiresAtMs: endOfAuthority(claims, rules) * 1000,
  };
}

/** `exp`, but at most `iat` + max age: a token that lives for ever is not accepted for ever. */
function endOfAuthority(claims: Readonly<Record<string, unknown>>, rules: ClaimRules): number {
  const { nowSeconds, toleranceSeconds, maxAgeSeconds } = rules;
  const exp = instant(claims['exp']);
  const iat = claims['iat'] === undefined ? undefined : instant(claims['iat']);
  if (exp === undefined || (claims['iat'] !== undefined && iat === undefined)) {
    throw new TokenRefused('token_time');
  }
  if (iat !== undefined && iat > nowSeconds + toleranceSeconds) {
    throw new TokenRefused('token_time');
  }
  if (iat === undefined) {
    if (exp > nowSeconds + maxAgeSeconds) {
      throw new TokenRefused('token_time');
    }
    return exp;
  }
  const end = Math.min(exp, iat + maxAgeSeconds);
  if (end + toleranceSeconds <= nowSeconds) {
    throw new TokenRefused('token_time');
  }
  return end;
}

function instant(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** `"a b"`, `["a", "b"]` or nothing. */
function words(claim: unknown): readonly string[] {
  if (claim === undefined) {
    return NO_WORDS;
  }
  const list = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return list.filter((word): word is string => typeof word === 'string' && word !== '').slice(0, MAX_GRANTS);
}

/** Scalars by name. What is no scalar, too long or one too many is left out: it then matches no audience. */
function attributesOf(claim: unknown): Principal['attributes'] {
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) {
    return NO_ATTRIBUTES;
  }
  const scalars = Object.entries(claim).filter(
    (entry): entry is [string, string | number | boolean] =>
      entry[0].length <= MAX_ATTRIBUTE_LENGTH && isScalar(entry[1]),
  );
  return Object.fromEntries(scalars.slice(0, MAX_ATTRIBUTES));
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string'
    ? value.length <= MAX_ATTRIBUTE_LENGTH
    : typeof value === 'number' || typeof value === 'boolean';
}
