import { connect, type Socket } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/** Reads are handled before the next one starts, so that all sockets of a process share one buffer. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);

export interface SocketListener {
  /** `bytes` are valid during the call only. */
  read(bytes: Buffer): void;
  /** The connection failed or ended, whoever ended it. May be told twice. */
  lost(reason: string): void;
}

/** A bare socket to the server under measurement. */
export function connectLoopback(port: number, listener: SocketListener): Socket {
  const socket = connect({
    host: LOOPBACK,
    port,
    noDelay: true,
    onread: {
      buffer: READ_BUFFER,
      callback: (byteCount) => {
        listener.read(READ_BUFFER.subarray(0, byteCount));
        return true;
      },
    },
  });
  socket.on('error', (error) => {
    listener.lost(error.message);
  });
  socket.on('close', () => {
    listener.lost('connection closed');
  });
  return socket;
}
