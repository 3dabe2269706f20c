import jsonwebtoken, { type SignOptions } from 'jsonwebtoken';
import { TEST_SECRET } from './test-config.js';

/** A token as an identity provider would sign it; `claims` are merged over `{sub: 'alice', exp: in an hour}`. */
export function testToken(
  claims: Record<string, unknown> = {},
  options: SignOptions = {},
  key = TEST_SECRET,
): string {
  const nowSeconds = Math.floor(Date.now() / 1000);
  return jsonwebtoken.sign({ sub: 'alice', exp: nowSeconds + 3600, ...claims }, key, options);
}

/** A token of somebody who may do everything. */
export const adminToken = (sub = 'admin'): string => testToken({ sub, roles: ['admin'] });
