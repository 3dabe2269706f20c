import { createHmac } from 'node:crypto';
import { TEST_SECRET } from './test-config.js';

const encoded = (text: string): string => Buffer.from(text).toString('base64url');

/** A correctly signed token of any header and any claims, JSON or not: signing libraries refuse to make those. */
export function rawToken(header: string, claims: string, secret = TEST_SECRET): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
