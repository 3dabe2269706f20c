import { constants, createHmac, type KeyObject, sign } from 'node:crypto';

/** A compact JWS made by hand: any header, any claims, as an attacker or a foreign library would write it. */
export function craftedToken(
  header: Record<string, unknown>,
  claims: unknown,
  key: KeyObject | string,
  algorithm = String(header['alg']),
): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signatureOf(input, key, algorithm).toString('base64url')}`;
}

/** RFC 7518 section 3.1, without the library under test. */
function signatureOf(input: string, key: KeyObject | string, algorithm: string): Buffer {
  const hash = `sha${algorithm.slice(2)}`;
  if (algorithm.startsWith('HS')) {
    return createHmac(hash, key).update(input).digest();
  }
  const data = Buffer.from(input);
  switch (algorithm.slice(0, 2)) {
    case 'PS':
      return sign(hash, data, {
        key: key as KeyObject,
        padding: constants.RSA_PKCS1_PSS_PADDING,
        saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
      });
    case 'ES':
      return sign(hash, data, { key: key as KeyObject, dsaEncoding: 'ieee-p1363' });
    default:
      return sign(hash, data, key);
  }
}
