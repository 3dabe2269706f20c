import type { IncomingMessage } from 'node:http';
import { UPGRADE_REQUIRED, UpgradeRefused } from './upgrade-refused.js';

/** Most header lines taken. Node silently drops what goes beyond its own limit, so this one must be met first. */
const MAX_HEADER_LINES = 100;

/** A host of RFC 3986 section 3.2.2 with an optional port: no userinfo, no path. */
const HOST = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/;

/** What a client may call its device. */
export const DEVICE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** 16 bytes in base64 (RFC 6455 section 4.1). */
const WEBSOCKET_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** Read alone: requests without one share an empty one. */
export type RequestQuery = Pick<URLSearchParams, 'get' | 'getAll' | 'has'>;

const NO_QUERY: RequestQuery = new URLSearchParams();

/** The path and query of a request target, without decoding: what is not written plainly is another path. */
export function targetOf(request: IncomingMessage): { path: string; query: RequestQuery } {
  const target = request.url ?? '';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  return {
    path: path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path,
    query: mark === -1 ? NO_QUERY : new URLSearchParams(target.slice(mark + 1)),
  };
}

/** What must hold of any opening handshake (RFC 6455 section 4.2.1); part of it neither Node nor `ws` checks. */
export function checkUpgradeRequest(request: IncomingMessage): void {
  const { headers } = request;
  if (request.method !== 'GET') {
    throw new UpgradeRefused(405, 'method', { Allow: 'GET' });
  }
  if (request.httpVersion !== '1.1') {
    throw new UpgradeRefused(400, 'http10');
  }
  if (request.rawHeaders.length > MAX_HEADER_LINES * 2) {
    throw new UpgradeRefused(431, 'headers');
  }
  // Node keeps the first of several and says nothing, so they are counted where all of them stand.
  if (linesOf(request, 'host') !== 1 || !HOST.test(headers.host ?? '')) {
    throw new UpgradeRefused(400, 'host');
  }
  if (linesOf(request, 'authorization') > 1) {
    throw new UpgradeRefused(400, 'headers');
  }
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    throw new UpgradeRefused(400, 'body');
  }
  if (headers.upgrade?.toLowerCase() !== 'websocket') {
    throw new UpgradeRefused(400, 'bad_upgrade');
  }
  if (headers['sec-websocket-version'] !== '13') {
    throw new UpgradeRefused(426, 'version', UPGRADE_REQUIRED);
  }
  if (!WEBSOCKET_KEY.test(headers['sec-websocket-key'] ?? '')) {
    throw new UpgradeRefused(400, 'bad_key');
  }
}

/** The device that the query names, if it does. */
export function deviceIn(query: RequestQuery): string | undefined {
  const names = query.getAll('device');
  if (names.length > 1 || !names.every((name) => DEVICE_ID.test(name))) {
    throw new UpgradeRefused(400, 'device');
  }
  return names[0];
}

function linesOf(request: IncomingMessage, name: string): number {
  const { rawHeaders } = request;
  let lines = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const header = rawHeaders[index]!;
    if (header.length === name.length && header.toLowerCase() === name) {
      lines += 1;
    }
  }
  return lines;
}
