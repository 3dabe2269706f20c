import type { Socket } from 'node:net';
import type { Metrics } from '../../observability/metrics.js';

/** What Node's HTTP parser could not read, by its error code: the status to answer and the label to count. */
const BY_CODE: Readonly<Record<string, { readonly line: string; readonly reason: string }>> = {
  HPE_HEADER_OVERFLOW: { line: '431 Request Header Fields Too Large', reason: 'headers' },
  ERR_HTTP_REQUEST_TIMEOUT: { line: '408 Request Timeout', reason: 'timeout' },
};
const UNREADABLE = { line: '400 Bad Request', reason: 'parse' };

/** Answers requests that never became one, without a word about what was wrong with them. */
export function clientErrorHandler(metrics: Metrics) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const { line, reason } = BY_CODE[error.code ?? ''] ?? UNREADABLE;
    metrics.upgradesRejected.inc({ reason });
    socket.once('finish', () => socket.destroy());
    socket.end(`HTTP/1.1 ${line}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  };
}
