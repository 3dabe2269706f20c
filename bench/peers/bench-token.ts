import { createHmac } from 'node:crypto';

/** Known to the server and the load process of one loopback run; protects nothing. */
export const BENCH_SECRET = 'bench-only-secret-of-at-least-32-bytes';

const LIFETIME_SECONDS = 3600;
const HEADER = encode({ alg: 'HS256', typ: 'JWT' });

/** An HS256 token (RFC 7519) as an identity provider would issue it. */
export function signBenchToken(subject: string, scope = ''): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  const claims = { sub: subject, scope, iat: nowSeconds, exp: nowSeconds + LIFETIME_SECONDS };
  const unsigned = `${HEADER}.${encode(claims)}`;
  return `${unsigned}.${createHmac('sha256', BENCH_SECRET).update(unsigned).digest('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}
