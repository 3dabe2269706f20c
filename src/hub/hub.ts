import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { Clock } from '../ports/clock.port.js';
import { ALL_CHANNEL, userChannel } from '../protocol/channel.js';
import type { Codec } from '../protocol/codec.js';
import type { Principal } from '../protocol/principal.js';
import { Flusher } from './flusher.js';
import { LogChannels } from './log-channels.js';
import { MergeChannels } from './merge-channels.js';
import { Session, type SessionOwner } from './session.js';
import type { Writer } from './writer.js';

/** Told about sessions of this node, at once. Must not throw. */
export interface SessionObserver {
  /** The session has a principal now. */
  authenticated?(session: Session): void;
  /** An authenticated session takes part in nothing any more. Its channels are still in `joinedChannels`. */
  left?(session: Session): void;
}

/** Who is connected to this node. */
@Injectable()
export class Hub implements SessionOwner {
  private readonly sessionsById = new Map<string, Session>();
  private readonly observers: SessionObserver[] = [];
  private opened = 0;
  private users = 0;

  constructor(
    private readonly logs: LogChannels,
    private readonly merges: MergeChannels,
    private readonly flusher: Flusher,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  /** The `ordinal` of the session opened last. */
  get newestOrdinal(): number {
    return this.opened;
  }

  /** Sessions with a principal. */
  get authenticatedCount(): number {
    return this.logs.subscribersOf(ALL_CHANNEL).size;
  }

  get userCount(): number {
    return this.users;
  }

  /** All sessions, oldest first, those without a principal included. */
  get sessions(): Iterable<Session> {
    return this.sessionsById.values();
  }

  get sessionCount(): number {
    return this.sessionsById.size;
  }

  observe(observer: SessionObserver): void {
    this.observers.push(observer);
  }

  find(sessionId: string): Session | undefined {
    return this.sessionsById.get(sessionId);
  }

  sessionsOf(userId: string): ReadonlySet<Session> {
    return this.logs.subscribersOf(userChannel(userId));
  }

  open(codec: Codec, writer: Writer): Session {
    this.opened += 1;
    const session = new Session(
      randomUUID(),
      this.opened,
      this.clock.epochMs(),
      codec,
      writer,
      this.flusher,
      this,
    );
    this.sessionsById.set(session.id, session);
    this.metrics.hot.connections = this.sessionsById.size;
    return session;
  }

  /** Gives the session its identity, and with it the channels everybody and this user have. */
  authenticate(session: Session, principal: Principal): void {
    if (session.isClosed) {
      // Its connection ended while the token was checked: nobody would take it out again.
      return;
    }
    session.principal = principal;
    session.authenticatedAtMs = this.clock.epochMs();
    this.logs.subscribe(ALL_CHANNEL, session);
    if (this.logs.subscribe(userChannel(principal.userId), session) === 1) {
      this.users += 1;
      this.metrics.hot.users = this.users;
    }
    for (const observer of this.observers) {
      observer.authenticated?.(session);
    }
  }

  /** The session's receiver can take data again. */
  resume(session: Session): void {
    this.flusher.schedule(session);
  }

  /** Writes what the session has waiting now instead of at the end of the turn. */
  flush(session: Session): void {
    this.flusher.flush(session);
  }

  /** Forgets an ended session. Its connection is gone already. */
  close(session: Session): void {
    if (!this.sessionsById.delete(session.id)) {
      return;
    }
    this.metrics.hot.connections = this.sessionsById.size;
    if (!session.isClosed) {
      this.withdraw(session);
    }
    session.dispose();
  }

  /** Takes a session out of all channels, when it closes or has been lost. Once for each. */
  withdraw(session: Session): void {
    this.merges.unsubscribeAll(session);
    if (session.principal === undefined) {
      return;
    }
    this.logs.unsubscribe(ALL_CHANNEL, session);
    if (this.logs.unsubscribe(userChannel(session.principal.userId), session) === 0) {
      this.users -= 1;
      this.metrics.hot.users = this.users;
    }
    for (const observer of this.observers) {
      observer.left?.(session);
    }
    this.logs.leaveAll(session);
  }

  addQueueBytes(bytes: number): void {
    this.metrics.hot.queueBytes += bytes;
  }
}
