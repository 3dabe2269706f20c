import { Injectable } from '@nestjs/common';
import type { Session } from './session.js';

const NOBODY: ReadonlySet<Session> = new Set();

/** Who subscribes which log channel on this node. */
@Injectable()
export class LogChannels {
  private readonly subscribers = new Map<string, Set<Session>>();

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
}
