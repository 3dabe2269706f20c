import { TokenRefused } from './token-refused.js';

export interface TokenHeader {
  readonly alg: string;
  readonly typ: string | undefined;
}

/** Three base64url parts; anything else is not looked at further. Tokens with `alg` none have an empty third one. */
const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/** Headers that would let a token bring its own key (RFC 8725 section 3.10), or ask for rules we do not know. */
const REFUSED_PARAMETERS = ['jku', 'x5u', 'jwk', 'x5c', 'crit'];

/** A look-up string, never a path or a query: length and characters are bounded before anybody uses it. */
const KEY_ID = /^[A-Za-z0-9._=+/@-]{1,128}$/;

/** Reads the header of a compact JWS and refuses what must not even reach the signature check. */
export function readTokenHeader(token: string): TokenHeader {
  if (!COMPACT_JWS.test(token)) {
    throw new TokenRefused('token_malformed');
  }
  const header = parseHeader(token.slice(0, token.indexOf('.')));
  if (REFUSED_PARAMETERS.some((name) => Object.hasOwn(header, name))) {
    throw new TokenRefused('token_header');
  }
  const { alg, typ, kid } = header;
  if (typeof alg !== 'string') {
    throw new TokenRefused('token_alg');
  }
  if (kid !== undefined && (typeof kid !== 'string' || !KEY_ID.test(kid) || kid.includes('..'))) {
    throw new TokenRefused('token_kid');
  }
  if (typ !== undefined && typeof typ !== 'string') {
    throw new TokenRefused('token_typ');
  }
  return { alg, typ };
}

function parseHeader(segment: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
  } catch {
    throw new TokenRefused('token_malformed');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new TokenRefused('token_malformed');
  }
  return header as Record<string, unknown>;
}
