import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** Metric labels of refused upgrades. */
export type UpgradeRefusal =
  | 'path'
  | 'method'
  | 'no_upgrade'
  | 'bad_upgrade'
  | 'http10'
  | 'headers'
  | 'host'
  | 'body'
  | 'version'
  | 'bad_key'
  | 'subprotocol'
  | 'device'
  | 'draining'
  | 'scheme'
  | 'origin'
  | 'conn_ip'
  | 'conn_unauthenticated'
  | 'conn_user'
  | 'rate_ip'
  | 'overload'
  | 'no_token'
  | `token_${string}`;

/** A handshake that ends before 101, as plain HTTP. */
export class UpgradeRefused extends Error {
  constructor(
    readonly status: number,
    readonly reason: UpgradeRefusal,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(`Upgrade refused: ${reason}`);
  }
}

/** A 426 names the protocol that the path speaks (RFC 9110 section 15.5.22). */
export const UPGRADE_REQUIRED = {
  Upgrade: 'websocket',
  Connection: 'close, Upgrade',
  'Sec-WebSocket-Version': '13',
} as const;

/** Shortest and longest hint to a refused client; spread so that they do not all come back at once. */
const RETRY_AFTER_SECONDS = { min: 1, max: 5 };

export function retryAfter(): { 'Retry-After': string } {
  const { min, max } = RETRY_AFTER_SECONDS;
  return { 'Retry-After': String(min + Math.floor(Math.random() * (max - min + 1))) };
}

/** A whole response: without length and `Connection: close` some clients wait for more. Never holds an error's text. */
export function writeRefusal(socket: Duplex, refusal: UpgradeRefused): void {
  const lines = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
    ...Object.entries({ Connection: 'close', 'Content-Length': '0', ...refusal.headers }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
}
