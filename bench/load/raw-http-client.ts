import type { Socket } from 'node:net';
import { connectLoopback } from './loopback-socket.js';

const HEAD_END = '\r\n\r\n';
/** `HTTP/1.1 202 …` (RFC 9112 section 4). */
const STATUS_AT = 'HTTP/1.1 '.length;

/** What the HTTP clients of one drive report to. */
export interface HttpListener {
  /** The response has arrived; the client may send its next request. */
  answered(client: RawHttpClient, status: number): void;
  /** The connection ended, or what came over it is no response that the load can read. */
  failed(client: RawHttpClient, reason: string): void;
}

/** An HTTP/1.1 connection that stays open: one request after the other, and nothing of a response but its status. */
export class RawHttpClient {
  private readonly socket: Socket;
  private received = '';
  private isEnding = false;

  constructor(
    readonly index: number,
    port: number,
    private readonly listener: HttpListener,
  ) {
    this.socket = connectLoopback(port, {
      read: (bytes) => {
        this.read(bytes);
      },
      lost: (reason) => {
        this.fail(reason);
      },
    });
  }

  /** A request with its body; only after the one before it was answered. */
  write(request: Buffer): void {
    this.socket.write(request);
  }

  /** Resets, for the same reason as `RawClient`. */
  end(): void {
    this.isEnding = true;
    this.socket.resetAndDestroy();
  }

  private read(bytes: Buffer): void {
    this.received += bytes.toString('latin1');
    const headEnd = this.received.indexOf(HEAD_END);
    if (headEnd === -1) {
      return;
    }
    const head = this.received.slice(0, headEnd);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) {
      this.fail(`response without Content-Length: ${head}`);
      return;
    }
    const missing = headEnd + HEAD_END.length + Number(length) - this.received.length;
    if (missing < 0) {
      this.fail('more than the response arrived');
    } else if (missing === 0) {
      this.received = '';
      this.listener.answered(this, Number(head.slice(STATUS_AT, STATUS_AT + 3)));
    }
  }

  private fail(reason: string): void {
    if (!this.isEnding) {
      this.isEnding = true;
      this.socket.destroy();
      this.listener.failed(this, reason);
    }
  }
}
