import type { Socket } from 'node:net';
import { Injectable, Logger } from '@nestjs/common';
import type { WebSocket } from 'ws';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../hub/hub.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { CLOSE_REASONS, type CloseReason } from '../../protocol/close-codes.js';
import type { Codec } from '../../protocol/codec.js';
import type { Principal } from '../../protocol/principal.js';
import { RefusalLog } from '../refusal-log.js';
import { closeReport } from './close-report.js';
import { CommandLoop } from './command-loop.js';
import type { ConnectionPlace } from './connection-limits.js';
import { ConnectionRegistry } from './connection-registry.js';
import type { PushEndpoint } from './push-endpoints.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SocketConnection } from './socket-connection.js';
import { SocketWriter } from './socket-writer.js';
import { type ConnectionObserver, listen } from './socket-listeners.js';
import { TokenBucket } from './token-bucket.js';
import type { RequestQuery } from './upgrade-request.js';

/** Ends that need no word in the log. */
const EXPECTED_ENDS: ReadonlySet<string> = new Set(['normal', 'aborted', CLOSE_REASONS.drain.reason]);

/** What the handshake found out. */
export interface Handshake {
  readonly address: string;
  /** Belongs to the connection from here on. */
  readonly place: ConnectionPlace;
  readonly codec: Codec;
  readonly principal: Principal | undefined;
  /** Undefined: the connection is a device of its own. */
  readonly deviceId: string | undefined;
  /** Undefined on the gateway's path. */
  readonly endpoint: PushEndpoint | undefined;
  readonly query: RequestQuery;
}

/** Turns an accepted WebSocket into a session, and takes it apart when it ends. */
@Injectable()
export class ConnectionOpener implements ConnectionObserver {
  private readonly logger = new Logger('Connections');

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
    private readonly registry: ConnectionRegistry,
    private readonly authenticator: SessionAuthenticator,
    private readonly loop: CommandLoop,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    private readonly refusals: RefusalLog,
  ) {}

  open(webSocket: WebSocket, socket: Socket, handshake: Handshake): void {
    const nowMs = this.clock.monotonicMs();
    const writer = new SocketWriter(webSocket, socket, handshake.address);
    const connection = new SocketConnection(
      this.hub.open(handshake.codec, writer),
      webSocket,
      socket,
      writer,
      handshake.place,
      new TokenBucket(this.config.limits.commandsPerSecond, nowMs),
      handshake.endpoint !== undefined,
      nowMs,
    );
    if (handshake.deviceId !== undefined) {
      connection.session.deviceId = handshake.deviceId;
    }
    this.registry.add(connection);
    this.metrics.hot.upgrades += 1;
    listen(connection, this);
    if (handshake.principal === undefined) {
      connection.authDeadlineMs = nowMs + this.config.auth.timeoutMs;
    } else {
      connection.session.push('welcome', this.authenticator.authenticate(connection, handshake.principal));
    }
    try {
      handshake.endpoint?.open(connection.session, handshake.query);
    } catch (error) {
      this.logger.error('opening a connection failed', stackFramesOf(error));
      connection.session.close(CLOSE_REASONS.internal);
    }
    this.hub.flush(connection.session);
  }

  /** Says in a close frame what a browser could not read from a refused handshake. */
  turnAway(webSocket: WebSocket, place: ConnectionPlace, reason: CloseReason): void {
    webSocket.on('error', ignore);
    webSocket.once('close', () => place.release());
    this.metrics.closed.inc({ code: reason.code, reason: reason.reason });
    webSocket.close(reason.code, reason.reason);
  }

  ended(connection: SocketConnection, closeCode: number): void {
    const { session, writer } = connection;
    const { code, reason } = closeReport(writer.endedBy, connection.protocolErrorCode, closeCode);
    this.metrics.closed.inc({ code, reason });
    if (!EXPECTED_ENDS.has(reason)) {
      this.refusals.warn(`closed ${code}`, reason, `connection ${session.id}`);
    }
    this.registry.delete(connection);
    connection.place.release();
    connection.queue.length = 0;
    this.hub.close(session);
  }

  received(connection: SocketConnection, data: Buffer, isBinary: boolean): void {
    this.loop.receive(connection, data, isBinary);
  }

  receivedControlFrame(connection: SocketConnection): void {
    this.loop.receiveControlFrame(connection);
  }

  drained(connection: SocketConnection): void {
    this.hub.resume(connection.session);
  }
}

function ignore(): void {}
