import { connect, type Socket } from 'node:net';
import { OPCODE, readServerFrame, type ServerFrame } from './raw-frame.js';
import type { Envelope } from './test-client.js';

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; lines of one name joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A close frame as the server sent it; 1005 stands for one without a code (RFC 6455 section 7.1.5). */
export interface PeerClose {
  readonly code: number;
  readonly reason: string;
}

type Reader<T> = (bytes: Buffer) => [T, number] | undefined;

const DEADLINE_MS = 15_000;
const HEAD_END = '\r\n\r\n';

/** A TCP connection that sends what it is told and reads responses and frames without any opinion of its own. */
export class RawSocket {
  /** Resolves when the server, the network or we ended the connection. */
  readonly ended: Promise<void>;

  private received = Buffer.alloc(0);
  private hasEnded = false;
  private wake: () => void = () => {};

  private constructor(readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.wake();
    });
    // A reset is one of the ends that tests wait for.
    socket.on('error', () => {});
    this.ended = new Promise((resolve) => {
      socket.once('close', () => {
        this.hasEnded = true;
        this.wake();
        resolve();
      });
    });
  }

  static async connect(port: number): Promise<RawSocket> {
    const socket = connect(port, '127.0.0.1');
    const raw = new RawSocket(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return raw;
  }

  send(...parts: readonly (string | Buffer)[]): void {
    // One write: what belongs together arrives together.
    this.socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))));
  }

  /** The head of the server's response; a body that follows stays unread. */
  responseHead(): Promise<ResponseHead> {
    return this.take('a response', (bytes) => {
      const end = bytes.indexOf(HEAD_END);
      return end === -1 ? undefined : [parseHead(bytes.toString('latin1', 0, end)), end + HEAD_END.length];
    });
  }

  frame(): Promise<ServerFrame> {
    return this.take('a frame', readServerFrame);
  }

  /** The next text message, parsed; control frames before it are passed over. */
  async message(): Promise<Envelope> {
    for (;;) {
      const { opcode, payload } = await this.frame();
      if (opcode === OPCODE.text) {
        return JSON.parse(payload.toString('utf8')) as Envelope;
      }
      if (opcode === OPCODE.close) {
        throw new Error(`Closed with ${closeOf(payload).code} instead of a message`);
      }
    }
  }

  /** The server's close frame, whatever comes before it. */
  async closeFrame(): Promise<PeerClose> {
    for (;;) {
      const { opcode, payload } = await this.frame();
      if (opcode === OPCODE.close) {
        return closeOf(payload);
      }
    }
  }

  /** What arrived and nobody has read. */
  get unread(): Buffer {
    return this.received;
  }

  /** Sends the last bytes there will be; what the server still says is read until it ends too. */
  finish(...parts: readonly Buffer[]): void {
    this.socket.end(Buffer.concat(parts));
  }

  /** A TCP reset: gone without a word. Not after `finish`: Node cannot reset what it is shutting down. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private async take<T>(what: string, read: Reader<T>): Promise<T> {
    const deadline = setTimeout(
      () => this.socket.destroy(new Error(`Waited ${DEADLINE_MS} ms for ${what}`)),
      DEADLINE_MS,
    );
    try {
      for (;;) {
        const taken = read(this.received);
        if (taken !== undefined) {
          this.received = this.received.subarray(taken[1]);
          return taken[0];
        }
        if (this.hasEnded) {
          throw new Error(`The connection ended before ${what}; ${this.received.length} bytes are unread`);
        }
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }
}

function parseHead(text: string): ResponseHead {
  const [statusLine = '', ...lines] = text.split('\r\n');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]), headers };
}

function closeOf(payload: Buffer): PeerClose {
  return payload.length < 2
    ? { code: 1005, reason: '' }
    : { code: payload.readUInt16BE(0), reason: payload.toString('utf8', 2) };
}
