import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

export interface TestClientOptions {
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  readonly path?: string;
  readonly protocols?: string[];
  readonly headers?: Record<string, string>;
}

export interface Envelope {
  readonly id?: number | string;
  readonly event: string;
  // The tests know what they asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

interface Waiter {
  readonly matches: (envelope: Envelope) => boolean;
  readonly resolve: (envelope: Envelope) => void;
}

const DEADLINE_MS = 10_000;

/** A real `ws` client that keeps what it receives until somebody asks for it. */
export class TestClient {
  readonly socket: WebSocket;
  /** Everything received, in order. */
  readonly received: Envelope[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The response that refused the upgrade. */
  readonly refused: Promise<IncomingMessage>;

  private readonly unread: Envelope[] = [];
  private readonly waiters: Waiter[] = [];
  private nextId = 1;

  constructor(url: string, { token, path = '/ws', protocols = [], headers = {} }: TestClientOptions) {
    this.socket = new WebSocket(url + path, protocols, {
      headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    });
    this.socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString()) as Envelope));
    this.opened = new Promise((resolve, reject) => {
      this.socket.once('open', resolve);
      this.socket.once('error', reject);
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
    });
    this.refused = new Promise((resolve) => {
      this.socket.once('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response);
        this.socket.terminate();
      });
    });
    this.socket.on('error', () => {});
    this.opened.catch(() => {});
  }

  /** Sends text as it is. */
  raw(text: string): void {
    this.socket.send(text);
  }

  /** Sends a command and resolves to its reply or error. */
  async request(event: string, data?: unknown): Promise<Envelope> {
    const id = this.nextId;
    this.nextId += 1;
    this.raw(JSON.stringify({ id, event, data }));
    return this.nextMatching((envelope) => envelope.id === id, `the answer to ${event}`);
  }

  /** The next unread message of this event. */
  next(event: string): Promise<Envelope> {
    return this.nextMatching((envelope) => envelope.event === event, event);
  }

  nextMatching(matches: (envelope: Envelope) => boolean, what = 'a message'): Promise<Envelope> {
    const index = this.unread.findIndex(matches);
    if (index !== -1) {
      return Promise.resolve(this.unread.splice(index, 1)[0]!);
    }
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => reject(new Error(`Waited ${DEADLINE_MS} ms for ${what}`)),
        DEADLINE_MS,
      );
      this.waiters.push({
        matches,
        resolve: (envelope) => {
          clearTimeout(deadline);
          resolve(envelope);
        },
      });
    });
  }

  terminate(): void {
    this.socket.terminate();
  }

  private take(envelope: Envelope): void {
    this.received.push(envelope);
    const index = this.waiters.findIndex(({ matches }) => matches(envelope));
    if (index === -1) {
      this.unread.push(envelope);
    } else {
      this.waiters.splice(index, 1)[0]!.resolve(envelope);
    }
  }
}
