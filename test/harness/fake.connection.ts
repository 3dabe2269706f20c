import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import { ConnectionLimits } from '../../src/transport/ws/connection-limits.js';
import { SocketConnection } from '../../src/transport/ws/socket-connection.js';
import { SocketWriter } from '../../src/transport/ws/socket-writer.js';
import { TokenBucket } from '../../src/transport/ws/token-bucket.js';
import { messagesIn } from './frames.js';
import { type HubFixture, principalOf } from './hub-fixture.js';
import type { Envelope } from './test-client.js';

/** What the transport uses of a WebSocket of `ws`. */
export class FakeWebSocket extends EventEmitter {
  readyState: number = WebSocket.OPEN;
  readonly _receiver = { _state: 0, _fragmented: 0, _bufferedBytes: 0 };
  closedWith: { code: number; reason: string } | undefined = undefined;
  isTerminated = false;
  isPaused = false;
  pings = 0;

  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason };
    this.readyState = WebSocket.CLOSING;
  }

  terminate(): void {
    this.isTerminated = true;
    this.readyState = WebSocket.CLOSED;
  }

  ping(): void {
    this.pings += 1;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }
}

/** What the transport uses of a TCP socket. */
export class FakeSocket extends EventEmitter {
  writableNeedDrain = false;
  writableLength = 0;
  readonly _handle = { writeQueueSize: 0 };
  readonly writes: Uint8Array[] = [];

  destroyedWith: Error | undefined = undefined;

  write(bytes: Uint8Array): void {
    this.writes.push(bytes);
  }

  destroy(error: Error): void {
    this.destroyedWith = error;
  }
}

export interface FakeConnection {
  readonly connection: SocketConnection;
  readonly webSocket: FakeWebSocket;
  readonly socket: FakeSocket;
  /** Every message written so far, in order. */
  readonly messages: Envelope[];
}

export interface FakeConnectionOptions {
  /** Signed in when named. */
  readonly user?: string;
  readonly commandsPerSecond?: number;
  readonly isPushOnly?: boolean;
  /** Those of other connections too; without, the connection has limits of its own. */
  readonly limits?: ConnectionLimits;
}

/** A connection of the product over a fake socket. */
export async function fakeConnection(
  { hub, codec, clock, config }: HubFixture,
  {
    user,
    commandsPerSecond = 0,
    isPushOnly = false,
    limits = new ConnectionLimits(config),
  }: FakeConnectionOptions = {},
): Promise<FakeConnection> {
  const webSocket = new FakeWebSocket();
  const socket = new FakeSocket();
  const ws = webSocket as unknown as WebSocket;
  const tcp = socket as unknown as Socket;
  const writer = new SocketWriter(ws, tcp, '192.0.2.1');
  const nowMs = clock.monotonicMs();
  const connection = new SocketConnection(
    hub.open(codec, writer),
    ws,
    tcp,
    writer,
    await limits.reserve('192.0.2.1'),
    new TokenBucket(commandsPerSecond, nowMs),
    isPushOnly,
    nowMs,
  );
  if (user !== undefined) {
    hub.authenticate(connection.session, principalOf(user));
  }
  return {
    connection,
    webSocket,
    socket,
    get messages() {
      return socket.writes.flatMap((bytes) => messagesIn(bytes) as Envelope[]);
    },
  };
}
