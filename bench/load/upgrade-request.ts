import { randomBytes } from 'node:crypto';
import type { Dialect } from '../peers/peer.js';
import { LOOPBACK } from './loopback-socket.js';

/** The opening handshake of a client (RFC 6455 section 4.1). */
export function upgradeRequest(dialect: Dialect, connection: number, port: number): string {
  const headers = {
    Host: `${LOOPBACK}:${port}`,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...dialect.headersFor(connection),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${dialect.path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}
