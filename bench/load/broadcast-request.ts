import type { Dialect } from '../peers/peer.js';
import { LOOPBACK } from './loopback-socket.js';

/** Makes the requests by which a back office has texts broadcast. */
export function broadcastRequests(dialect: Dialect, port: number): (text: string) => Buffer {
  const headers = {
    Host: `${LOOPBACK}:${port}`,
    'Content-Type': 'application/json',
    ...dialect.restHeaders?.(),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = ['POST /v1/broadcast HTTP/1.1', ...lines, 'Content-Length: '].join('\r\n');
  return (text) => {
    const body = JSON.stringify({ event: 'bench', data: text });
    return Buffer.from(`${head}${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
}
