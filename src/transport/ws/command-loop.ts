import { randomUUID } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import type { DecodeFault } from '../../protocol/codec.js';
import type { Command, CommandId } from '../../protocol/envelope.js';
import type { ReplyErrorCode, ReplyErrorExtras } from '../../protocol/reply-errors.js';
import { DrainState } from '../drain-state.js';
import { GatewayBindings } from './gateway-bindings.js';
import { refusalOf } from './refusal-of.js';
import type { Inbound, RateExcess, SocketConnection } from './socket-connection.js';

/** Queued commands at which the socket is no longer read, and at which it is again. */
const PAUSE_AT = 64;
const RESUME_AT = 16;

/** A stranger gets to send a token, no more. */
const MAX_UNAUTHENTICATED_BYTES = 8192;
const AUTH_COMMAND = 'auth';

/** The reply of an Observable that ends without a value. */
const NO_VALUE = { defaultValue: null };

/** A message's way in: rate, decoding, one command after the other per connection, and an answer to each. */
@Injectable()
export class CommandLoop {
  private readonly logger = new Logger('Commands');
  private running = 0;

  constructor(
    private readonly bindings: GatewayBindings,
    private readonly drain: DrainState,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** Commands whose answer is not out yet. */
  get inFlight(): number {
    return this.running;
  }

  receive(connection: SocketConnection, data: Buffer, isBinary: boolean): void {
    const { session } = connection;
    if (session.isClosed) {
      return;
    }
    const nowMs = this.clock.monotonicMs();
    connection.lastInboundMs = nowMs;
    // Its end came in time, however soon the next one began.
    connection.unfinishedSinceMs = 0;
    this.metrics.hot.messagesIn += 1;
    if (isBinary) {
      session.close(CLOSE_REASONS.binary);
    } else if (connection.isPushOnly) {
      session.close(CLOSE_REASONS.pushOnly);
    } else if (session.principal === undefined && data.length > MAX_UNAUTHENTICATED_BYTES) {
      session.close(CLOSE_REASONS.tooBig);
    } else {
      this.take(connection, session.codec.decode(data.toString('utf8')), nowMs);
    }
  }

  /** Pings and pongs are signs of life, and cost tokens like messages do. */
  receiveControlFrame(connection: SocketConnection): void {
    const nowMs = this.clock.monotonicMs();
    connection.lastInboundMs = nowMs;
    if (!connection.bucket.take(nowMs) && connection.rateRefusals.add(nowMs)) {
      connection.session.close(CLOSE_REASONS.flood);
    }
  }

  private take(connection: SocketConnection, decoded: Command | DecodeFault, nowMs: number): void {
    const { bucket, queue } = connection;
    queue.push(bucket.take(nowMs) ? decoded : { retryAfterMs: bucket.retryAfterMs, id: decoded.id });
    if (!connection.isRunning) {
      void this.run(connection);
    } else if (queue.length >= PAUSE_AT && !connection.isPaused) {
      connection.isPaused = true;
      connection.webSocket.pause();
    }
  }

  /** Runs what is queued, in order. Never rejects: every error is an answer. */
  private async run(connection: SocketConnection): Promise<void> {
    connection.isRunning = true;
    this.running += 1;
    let inbound: Inbound | undefined;
    while (!connection.session.isClosed && (inbound = connection.queue.shift()) !== undefined) {
      if (connection.isPaused && connection.queue.length <= RESUME_AT) {
        connection.isPaused = false;
        connection.webSocket.resume();
      }
      if ('event' in inbound) {
        await this.execute(connection, inbound);
      } else if (connection.session.principal === undefined) {
        connection.session.close(CLOSE_REASONS.authRequired);
      } else if ('fault' in inbound) {
        this.strike(connection, inbound);
      } else {
        this.slowDown(connection, inbound);
      }
    }
    this.running -= 1;
    connection.isRunning = false;
  }

  /** Authority is checked when a command leaves the queue, not when it arrived. */
  private async execute(connection: SocketConnection, command: Command): Promise<void> {
    const { session } = connection;
    if (session.principal === undefined && command.event !== AUTH_COMMAND) {
      session.close(CLOSE_REASONS.authRequired);
      return;
    }
    if (this.clock.monotonicMs() >= connection.expiresAtMs) {
      session.close(CLOSE_REASONS.tokenExpired);
      return;
    }
    if (this.drain.isDraining) {
      this.refuse(connection, command.id, 'unavailable');
      return;
    }
    try {
      const handler = this.bindings.handlerOf(connection, command.event);
      if (handler === undefined) {
        this.refuse(connection, command.id, 'unknown_event');
        return;
      }
      const result: unknown = await handler(command.data, command.event);
      session.reply(command.id, isObservable(result) ? await lastValueFrom(result, NO_VALUE) : result);
    } catch (error) {
      if (session.principal === undefined) {
        // A stranger has one message, and it held no token that could be tried.
        session.close(CLOSE_REASONS.authRequired);
      }
      this.fail(connection, command, error);
    }
  }

  private strike(connection: SocketConnection, { fault, id }: DecodeFault): void {
    this.refuse(connection, id, fault);
    if (fault !== 'validation' && connection.badMessages.add(this.clock.monotonicMs())) {
      connection.session.close(fault === 'bad_json' ? CLOSE_REASONS.badJson : CLOSE_REASONS.badFrames);
    }
  }

  private slowDown(connection: SocketConnection, { retryAfterMs, id }: RateExcess): void {
    this.refuse(connection, id, 'rate_limited', { retryAfterMs });
    if (connection.rateRefusals.add(this.clock.monotonicMs())) {
      connection.session.close(CLOSE_REASONS.rate);
    }
  }

  private fail(connection: SocketConnection, command: Command, error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal !== undefined) {
      this.refuse(connection, command.id, refusal.code, refusal.extras);
      return;
    }
    const correlationId = randomUUID();
    this.logger.error(`command ${command.event} failed: ${correlationId}`, stackFramesOf(error));
    this.refuse(connection, command.id, 'internal', { correlationId });
  }

  private refuse(
    connection: SocketConnection,
    id: CommandId | undefined,
    code: ReplyErrorCode,
    extras?: ReplyErrorExtras,
  ): void {
    this.metrics.messagesRejected.inc({ reason: code });
    connection.session.refuse(id, code, extras);
  }
}
