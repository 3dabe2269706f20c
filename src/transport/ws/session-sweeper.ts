import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import { ConnectionRegistry } from './connection-registry.js';
import { hasUnfinishedMessage, unsentBytes } from './private-fields.js';
import type { SocketConnection } from './socket-connection.js';

const SWEEP_INTERVAL_MS = 250;

/** A round that comes later than this found the process stalled: the silence was ours, not the clients'. */
const MAX_OWN_LAG_MS = 1000;

/** Pings are spread by up to a tenth of the interval, so that connections opened together do not ping together. */
const PING_SPREAD = 0.1;
const SPREAD_STEPS = 97;

/**
 * All deadlines of all connections in one timer: authentication, expiry, unfinished messages, slow consumers, dead
 * peers. A sweep of 10,000 costs about a millisecond; 10,000 times five timers would cost memory and never pass
 * Node's limit of 2^31 ms.
 */
@Injectable()
export class SessionSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private stop: () => void = () => {};
  private sweptAtMs = 0;
  /** Silence before this moment does not count. */
  private resumedAtMs = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly registry: ConnectionRegistry,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.sweptAtMs = this.clock.monotonicMs();
    this.stop = this.clock.every(SWEEP_INTERVAL_MS, () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  sweep(): void {
    const nowMs = this.clock.monotonicMs();
    const lagMs = nowMs - this.sweptAtMs - SWEEP_INTERVAL_MS;
    this.sweptAtMs = nowMs;
    if (lagMs > MAX_OWN_LAG_MS) {
      this.metrics.heartbeatRoundsSkipped.inc();
      this.resumedAtMs = nowMs;
      return;
    }
    for (const connection of this.registry) {
      this.checkAuthority(connection, nowMs);
      this.checkUnfinishedMessage(connection, nowMs);
      this.checkReceiver(connection, nowMs);
    }
  }

  private checkAuthority(connection: SocketConnection, nowMs: number): void {
    const { session } = connection;
    if (connection.authDeadlineMs > 0 && nowMs >= connection.authDeadlineMs) {
      session.close(CLOSE_REASONS.authTimeout);
    } else if (nowMs >= connection.expiresAtMs) {
      session.close(CLOSE_REASONS.tokenExpired);
    } else if (nowMs >= connection.warnAtMs) {
      connection.warnAtMs = Infinity;
      if (connection.isPushOnly) {
        // It could not answer with a new token: any message ends it.
        return;
      }
      session.push('auth.expiring', { expiresAt: session.principal?.expiresAtMs ?? 0 });
    }
  }

  /** Bytes of a message that never ends are no sign of life. */
  private checkUnfinishedMessage(connection: SocketConnection, nowMs: number): void {
    if (connection.isPaused || !hasUnfinishedMessage(connection.webSocket)) {
      connection.unfinishedSinceMs = 0;
    } else if (connection.unfinishedSinceMs === 0) {
      connection.unfinishedSinceMs = nowMs;
    } else if (nowMs - connection.unfinishedSinceMs >= this.config.ws.messageTimeoutMs) {
      connection.session.close(CLOSE_REASONS.messageTimeout);
    }
  }

  private checkReceiver(connection: SocketConnection, nowMs: number): void {
    const { outbox } = connection.session;
    const { maxQueueAgeMs } = this.config.ws;
    if (outbox.hasLog && outbox.blockedSinceMs > 0 && nowMs - outbox.blockedSinceMs >= maxQueueAgeMs) {
      connection.session.close(CLOSE_REASONS.slowConsumer);
    }
    const unsent = unsentBytes(connection.socket);
    if (unsent === 0) {
      connection.unsentBytes = 0;
      this.checkHeartbeat(connection, nowMs);
    } else if (unsent !== connection.unsentBytes) {
      connection.unsentBytes = unsent;
      connection.unsentSinceMs = nowMs;
    } else if (nowMs - connection.unsentSinceMs >= this.config.ws.noProgressTimeoutMs) {
      connection.writer.terminate('no_progress');
    }
  }

  /** While our own bytes are unsent a ping would wait behind them: then the progress of those bytes is the heartbeat. */
  private checkHeartbeat(connection: SocketConnection, nowMs: number): void {
    const { heartbeatIntervalMs, heartbeatTimeoutMs } = this.config.ws;
    if (connection.isPaused || connection.session.isClosed) {
      connection.lastInboundMs = nowMs;
      return;
    }
    const heardAtMs = Math.max(connection.lastInboundMs, this.resumedAtMs);
    const silentMs = nowMs - heardAtMs;
    if (silentMs >= heartbeatTimeoutMs) {
      connection.writer.terminate('ping_timeout');
      return;
    }
    const spread = (connection.session.ordinal % SPREAD_STEPS) / SPREAD_STEPS;
    const pingAfterMs = heartbeatIntervalMs * (1 - PING_SPREAD * spread);
    if (silentMs >= pingAfterMs && connection.pingedAtMs < heardAtMs) {
      connection.pingedAtMs = nowMs;
      connection.writer.ping();
    }
  }
}
