import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { Writer } from '../../hub/writer.js';
import type { CloseReason } from '../../protocol/close-codes.js';
import { type PendingWriteListener, writeDirectly } from './private-fields.js';

/**
 * The only code that writes to a socket. Frames come framed and go to the socket past `ws`, which keeps order with
 * what `ws` writes itself (pings, close) and spares a header, a copy and a callback per delivery. That is sound only
 * while the connection is open, uncompressed and free of Blob sends: all three hold here.
 */
export class SocketWriter extends Writer implements PendingWriteListener {
  /** Why we ended the connection; undefined when the peer or the network did. */
  endedBy: Omit<CloseReason, 'reconnect'> | undefined = undefined;

  /** Direct writes that the kernel has not taken whole. */
  private pendingWrites = 0;

  constructor(
    private readonly webSocket: WebSocket,
    private readonly socket: Socket,
    readonly remoteAddress: string,
  ) {
    super();
  }

  get isOpen(): boolean {
    // After a close frame nothing may follow (RFC 6455 section 5.5.1), and a raw write would not be stopped by `ws`.
    return this.webSocket.readyState === WebSocket.OPEN;
  }

  get isWritable(): boolean {
    return this.isOpen && this.pendingWrites === 0 && !this.socket.writableNeedDrain;
  }

  write(bytes: Uint8Array): boolean {
    const isGone = writeDirectly(this.socket, bytes, this);
    if (isGone === undefined) {
      this.socket.write(bytes);
    }
    return isGone ?? false;
  }

  writePending(): void {
    this.pendingWrites += 1;
  }

  /** The stream knows nothing of such a write, so what follows from it is said here in its name. */
  writeCompleted(error: Error | undefined): void {
    this.pendingWrites -= 1;
    if (error !== undefined) {
      this.socket.destroy(error);
    } else if (this.pendingWrites === 0) {
      this.socket.emit('drain');
    }
  }

  ping(): void {
    this.webSocket.ping();
  }

  close(reason: CloseReason): void {
    this.endedBy ??= reason;
    // A paused socket would never read the peer's answer.
    this.webSocket.resume();
    this.webSocket.close(reason.code, reason.reason);
  }

  /** Ends a connection that no longer answers, without a handshake. The peer sees 1006 if it sees anything. */
  terminate(reason: string): void {
    this.endedBy ??= { code: 1006, reason };
    this.webSocket.terminate();
  }
}
