import type { Socket } from 'node:net';
import type { Dialect, Peer } from '../peers/peer.js';
import type { DeliveryPattern } from './bench-message.js';
import { clientPongFrame, clientTextFrame } from './client-frame.js';
import { FrameReader } from './frame-reader.js';
import { connectLoopback } from './loopback-socket.js';
import { upgradeRequest } from './upgrade-request.js';

const TEXT = 0x1;
const CLOSE = 0x8;
const PING = 0x9;
const HEAD_END = '\r\n\r\n';

/** What the clients of one drive report to. One for all of them: a closure each would be load of its own. */
export interface ClientListener {
  /** Bytes of one read have arrived; what they hold is reported before `readEnded`. */
  readStarted(): void;
  received(client: RawClient, sequence: number): void;
  /** A text that is no delivery, once the client is ready. `payload` is valid during the call only. */
  receivedText?(client: RawClient, payload: Buffer): void;
  readEnded(): void;
  /** The connection ended, which no client asks for while it is measured. */
  lost(client: RawClient, reason: string): void;
}

/** What the clients of one drive have in common. */
export interface ClientSetup {
  readonly peer: Peer;
  readonly port: number;
  readonly listener: ClientListener;
  readonly pattern: DeliveryPattern;
  /** By index of the client: what it opens with. Default: made by each client as it connects. */
  readonly requests?: readonly string[];
}

/** A WebSocket client with no more in it than the load needs, on a bare socket. */
export class RawClient {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  private readonly dialect: Dialect;
  private readonly listener: ClientListener;
  private head = '';
  private isUpgraded = false;
  private isEnding = false;
  private settle: { resolve(): void; reject(error: Error): void } | undefined;

  /** Resolves once the server counts the connection in. */
  readonly ready: Promise<void>;

  constructor(
    readonly index: number,
    { peer, port, listener, pattern, requests }: ClientSetup,
  ) {
    this.dialect = peer.dialect;
    this.listener = listener;
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.reader = new FrameReader(pattern, {
      delivered: (sequence) => {
        listener.received(this, sequence);
      },
      received: (opcode, payload) => {
        this.receive(opcode, payload);
      },
    });
    this.socket = connectLoopback(port, {
      read: (bytes) => {
        this.read(bytes);
      },
      lost: (reason) => {
        this.fail(reason);
      },
    });
    this.socket.write(requests?.[index] ?? upgradeRequest(peer.dialect, index, port));
  }

  /** Frames made by `clientTextFrame`, one or more. */
  write(frames: Buffer): void {
    this.socket.write(frames);
  }

  /** Stops reading, so that the server's bytes stay where they are. */
  pause(): void {
    this.socket.pause();
  }

  /** Resets instead of closing: a bench that leaves thousands of sockets in TIME_WAIT runs out of ports. */
  end(): void {
    this.isEnding = true;
    this.socket.resetAndDestroy();
  }

  private read(bytes: Buffer): void {
    this.listener.readStarted();
    if (this.isUpgraded) {
      this.reader.read(bytes);
    } else {
      this.readHead(bytes);
    }
    this.listener.readEnded();
  }

  private readHead(bytes: Buffer): void {
    this.head += bytes.toString('latin1');
    const headEnd = this.head.indexOf(HEAD_END);
    if (headEnd === -1) {
      return;
    }
    const statusLine = this.head.slice(0, this.head.indexOf('\r\n'));
    if (!statusLine.startsWith('HTTP/1.1 101 ')) {
      this.fail(`upgrade refused: ${statusLine}`);
      return;
    }
    this.isUpgraded = true;
    if (this.dialect.opening !== undefined) {
      this.write(clientTextFrame(this.dialect.opening));
    }
    if (this.dialect.readyPrefix === undefined) {
      this.becomeReady();
    }
    const rest = Buffer.from(this.head.slice(headEnd + HEAD_END.length), 'latin1');
    this.head = '';
    if (rest.length > 0) {
      this.reader.read(rest);
    }
  }

  private receive(opcode: number, payload: Buffer): void {
    if (opcode === PING) {
      this.write(clientPongFrame(payload));
    } else if (opcode === CLOSE) {
      this.fail(`server closed with ${payload.length < 2 ? 'no code' : payload.readUInt16BE(0)}`);
    } else if (opcode === TEXT) {
      this.receiveText(payload);
    }
  }

  private receiveText(payload: Buffer): void {
    const { heartbeat, readyPrefix } = this.dialect;
    if (this.settle === undefined && heartbeat === undefined) {
      this.listener.receivedText?.(this, payload);
      return;
    }
    const text = payload.toString();
    if (text === heartbeat?.ping) {
      this.write(clientTextFrame(heartbeat.pong));
    } else if (this.settle !== undefined && readyPrefix !== undefined && text.startsWith(readyPrefix)) {
      this.becomeReady();
    }
  }

  private becomeReady(): void {
    this.settle?.resolve();
    this.settle = undefined;
  }

  private fail(reason: string): void {
    if (this.isEnding) {
      return;
    }
    this.isEnding = true;
    this.socket.destroy();
    if (this.settle === undefined) {
      this.listener.lost(this, reason);
    } else {
      this.settle.reject(new Error(`Client ${this.index}: ${reason}`));
      this.settle = undefined;
    }
  }
}
