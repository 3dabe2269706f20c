import { Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { MergeChannels } from '../../hub/merge-channels.js';
import type { Session } from '../../hub/session.js';
import { symbolOf } from '../../protocol/channel.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';

/** A connection as the back office sees it. Times are epoch milliseconds. */
export interface ConnectionView {
  readonly id: string;
  readonly user: string | null;
  readonly address: string;
  readonly protocol: string;
  readonly connectedAt: number;
  readonly expiresAt: number | null;
  readonly symbols: readonly string[];
}

export interface ConnectionPage {
  readonly total: number;
  readonly connections: readonly ConnectionView[];
  /** Hand it over as `after` to go on; null at the end. */
  readonly next: number | null;
}

/** Looks at this node's connections and ends them. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly hub: Hub,
    private readonly merges: MergeChannels,
  ) {}

  /** Oldest first; pages hold while connections come and go, since ordinals only grow. */
  page(after: number, limit: number): ConnectionPage {
    const connections: ConnectionView[] = [];
    let last = after;
    for (const session of this.hub.sessions) {
      if (session.ordinal <= after) {
        continue;
      }
      if (connections.length === limit) {
        return { total: this.hub.sessionCount, connections, next: last };
      }
      connections.push(this.viewOf(session));
      last = session.ordinal;
    }
    return { total: this.hub.sessionCount, connections, next: null };
  }

  find(id: string): ConnectionView | undefined {
    const session = this.hub.find(id);
    return session && this.viewOf(session);
  }

  ofUser(userId: string): ConnectionView[] {
    return [...this.hub.sessionsOf(userId)].map((session) => this.viewOf(session));
  }

  /** How many connections were told to go. */
  disconnect(id: string): number {
    const session = this.hub.find(id);
    session?.close(CLOSE_REASONS.disconnected);
    return session === undefined ? 0 : 1;
  }

  disconnectUser(userId: string): number {
    const sessions = [...this.hub.sessionsOf(userId)];
    for (const session of sessions) {
      session.close(CLOSE_REASONS.disconnected);
    }
    return sessions.length;
  }

  private viewOf(session: Session): ConnectionView {
    return {
      id: session.id,
      user: session.principal?.userId ?? null,
      address: session.writer.remoteAddress,
      protocol: session.codec.subprotocol,
      connectedAt: session.connectedAtMs,
      expiresAt: session.principal?.expiresAtMs ?? null,
      symbols: [...this.merges.subscriptionsOf(session).keys()].map(symbolOf),
    };
  }
}
