import { Injectable } from '@nestjs/common';
import { LogSubscription } from './log-subscription.js';
import type { Session } from './session.js';

const NOBODY: ReadonlySet<Session> = new Set();
const NONE: ReadonlyMap<Session, LogSubscription> = new Map();

/** Who subscribes which log channel on this node. */
@Injectable()
export class LogChannels {
  private readonly subscribers = new Map<string, Set<Session>>();
  /** Of numbered channels: also those who are about to join. */
  private readonly subscriptions = new Map<string, Map<Session, LogSubscription>>();

  /** How many sessions the channel has afterwards. */
  subscribe(channel: string, session: Session): number {
    let sessions = this.subscribers.get(channel);
    if (sessions === undefined) {
      sessions = new Set();
      this.subscribers.set(channel, sessions);
    }
    return sessions.add(session).size;
  }

  /** How many sessions the channel has afterwards. */
  unsubscribe(channel: string, session: Session): number {
    const sessions = this.subscribers.get(channel);
    if (sessions === undefined) {
      return 0;
    }
    sessions.delete(session);
    if (sessions.size === 0) {
      this.subscribers.delete(channel);
    }
    return sessions.size;
  }

  subscribersOf(channel: string): ReadonlySet<Session> {
    return this.subscribers.get(channel) ?? NOBODY;
  }

  subscriptionsOf(channel: string): ReadonlyMap<Session, LogSubscription> {
    return this.subscriptions.get(channel) ?? NONE;
  }

  /** Somebody on this node has joined the numbered channel, or is about to. */
  isFollowed(channel: string): boolean {
    return this.subscriptions.has(channel);
  }

  /**
   * Subscribes a numbered channel in two steps, so that a reader of its history misses nothing and gets nothing twice:
   * what is published from now on is held until `release`. A session that has joined before stays in.
   */
  attach(channel: string, session: Session, isReachedOtherwise = false): LogSubscription {
    const subscription =
      this.subscriptionsOf(channel).get(session) ?? this.begin(channel, session, isReachedOtherwise);
    subscription.hold();
    return subscription;
  }

  /** Subscribes for as long as the session lives or until `leave`. */
  join(channel: string, session: Session): void {
    if (!session.isClosed) {
      this.subscribe(channel, session);
      session.noteJoined(channel);
    }
  }

  leave(channel: string, session: Session): void {
    session.noteLeft(channel);
    this.remove(channel, session);
  }

  leaveAll(session: Session): void {
    for (const channel of session.joinedChannels) {
      this.leave(channel, session);
    }
  }

  private begin(channel: string, session: Session, isReachedOtherwise: boolean): LogSubscription {
    const membership = {
      enter: () => this.join(channel, session),
      leave: () => this.leave(channel, session),
    };
    const subscription = new LogSubscription(session, membership, isReachedOtherwise);
    // One that has ended meanwhile would never be taken out again.
    if (!session.isClosed) {
      const subscriptions = this.subscriptions.get(channel) ?? new Map<Session, LogSubscription>();
      this.subscriptions.set(channel, subscriptions.set(session, subscription));
      session.noteJoined(channel);
    }
    return subscription;
  }

  private remove(channel: string, session: Session): void {
    this.unsubscribe(channel, session);
    const subscriptions = this.subscriptions.get(channel);
    subscriptions?.delete(session);
    if (subscriptions?.size === 0) {
      this.subscriptions.delete(channel);
    }
  }
}
