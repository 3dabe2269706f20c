import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../hub/hub.js';
import { Clock } from '../../ports/clock.port.js';
import type { Principal } from '../../protocol/principal.js';
import { TYPING_GRACE_MS, type Welcome } from '../../protocol/pushes.js';
import type { SocketConnection } from './socket-connection.js';

/** Gives a connection its principal and the end of its authority. */
@Injectable()
export class SessionAuthenticator {
  /** The same in every welcome. */
  private readonly limits: Welcome['limits'];
  private readonly typing: Welcome['typing'];

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {
    const { ws, limits, chat } = config;
    this.limits = Object.freeze({
      maxPayloadBytes: ws.maxPayloadBytes,
      commandsPerSecond: limits.commandsPerSecond,
      subscriptions: limits.subscriptions,
      rooms: limits.rooms,
      maxBodyBytes: chat.maxBodyBytes,
    });
    this.typing = Object.freeze({
      intervalMs: chat.typingIntervalMs,
      expiryMs: chat.typingIntervalMs + TYPING_GRACE_MS,
    });
  }

  /** The connection's place must count towards the user already. */
  authenticate(connection: SocketConnection, principal: Principal): Welcome {
    connection.authDeadlineMs = 0;
    this.setExpiry(connection, principal);
    this.hub.authenticate(connection.session, principal);
    return {
      session: connection.session.id,
      user: principal.userId,
      roles: principal.roles,
      protocol: connection.session.codec.subprotocol,
      serverTime: this.clock.epochMs(),
      heartbeatIntervalMs: this.config.ws.heartbeatIntervalMs,
      limits: this.limits,
      typing: this.typing,
      expiresAt: principal.expiresAtMs ?? 0,
    };
  }

  refresh(connection: SocketConnection, principal: Principal): void {
    connection.session.principal = principal;
    this.setExpiry(connection, principal);
  }

  /** Deadlines run on the monotonic clock, so that a step of the wall clock closes nobody. */
  private setExpiry(connection: SocketConnection, { expiresAtMs }: Principal): void {
    const { clockToleranceSeconds, expiryWarningSeconds } = this.config.auth;
    const endMs = this.clock.monotonicMs() + (expiresAtMs ?? Infinity) - this.clock.epochMs();
    connection.warnAtMs = endMs - expiryWarningSeconds * 1000;
    connection.expiresAtMs = endMs + clockToleranceSeconds * 1000;
  }
}
