import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { LogOrder } from '../../hub/log-order.js';
import type { Session } from '../../hub/session.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { MAX_UNREAD, type RoomEntry, type RoomSummary } from '../../protocol/chat.js';

/** Time over which news of a room are gathered into one push. */
const PUSH_INTERVAL_MS = 250;

interface Counter {
  unread: number;
  head: number;
  /** What happened cannot be added up: the store must count. */
  isStale: boolean;
}

/**
 * Unread counters of the users who asked for their rooms, pushed when they change. Counted here from what the rooms
 * publish; the store counts at the start, after a read, and where a message was deleted.
 */
@Injectable()
export class UnreadWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('UnreadWatch');
  private readonly watchers = new Map<string, Set<Session>>();
  /** By room, then user: only of users in `watchers`. */
  private readonly counters = new Map<string, Map<string, Counter>>();
  private readonly changed = new Map<string, Set<string>>();
  private isPushing = false;
  private stop: () => void = () => {};

  constructor(
    hub: Hub,
    private readonly rooms: RoomStore,
    private readonly clock: Clock,
    order: LogOrder,
  ) {
    order.observe(({ data }) => this.take(data as RoomEntry));
    hub.observe({ left: (session) => this.forget(session) });
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(PUSH_INTERVAL_MS, () => void this.push());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  watch(session: Session, rooms: readonly RoomSummary[]): void {
    if (session.isClosed) {
      return;
    }
    const user = session.principal!.userId;
    const sessions = this.watchers.get(user) ?? new Set();
    this.watchers.set(user, sessions.add(session));
    for (const { room, unread, head } of rooms) {
      this.countersOf(room).set(user, { unread, head, isStale: false });
    }
  }

  /** The store has counted after a read. */
  recounted(user: string, room: string, unread: number): void {
    const counter = this.counters.get(room)?.get(user);
    if (counter !== undefined) {
      counter.unread = unread;
      counter.isStale = false;
    }
  }

  private take(entry: RoomEntry): void {
    if (entry.type === 'member' || (entry.type === 'message' && entry.to !== undefined)) {
      this.startCounting(entry);
    }
    for (const [user, counter] of this.counters.get(entry.room) ?? []) {
      counter.head = Math.max(counter.head, entry.seq);
      if (entry.type === 'message' && entry.from !== user) {
        counter.unread = Math.min(counter.unread + 1, MAX_UNREAD);
        this.note(entry.room, user);
      } else if (entry.type === 'deletion') {
        counter.isStale = true;
        this.note(entry.room, user);
      }
    }
  }

  /** A room that a watching user did not have when the rooms were listed: a first direct message, an invitation. */
  private startCounting(entry: RoomEntry): void {
    const users =
      entry.type === 'member' ? [entry.user] : entry.type === 'message' ? [entry.from, entry.to!] : [];
    for (const user of users) {
      const counters = this.counters.get(entry.room);
      if (this.watchers.has(user) && counters?.has(user) !== true) {
        this.countersOf(entry.room).set(user, { unread: 0, head: entry.seq, isStale: true });
        this.note(entry.room, user);
      }
    }
  }

  private note(room: string, user: string): void {
    const users = this.changed.get(room) ?? new Set();
    this.changed.set(room, users.add(user));
  }

  private async push(): Promise<void> {
    if (this.isPushing || this.changed.size === 0) {
      return;
    }
    this.isPushing = true;
    const changed = [...this.changed];
    this.changed.clear();
    for (const [room, users] of changed) {
      for (const user of users) {
        await this.pushTo(room, user);
      }
    }
    this.isPushing = false;
  }

  private async pushTo(room: string, user: string): Promise<void> {
    const counter = this.counters.get(room)?.get(user);
    if (counter === undefined || (counter.isStale && !(await this.recount(room, user, counter)))) {
      return;
    }
    for (const session of this.watchers.get(user) ?? []) {
      session.push('chat.unread', { room, head: counter.head, unread: counter.unread });
    }
  }

  /** False for one who is no member (any more). While the store is away the old number stands. */
  private async recount(room: string, user: string, counter: Counter): Promise<boolean> {
    try {
      const marked = await this.rooms.markRead(room, user, 0);
      if (marked === undefined || marked === 'ahead') {
        this.counters.get(room)?.delete(user);
        return false;
      }
      counter.unread = marked.unread;
      counter.isStale = false;
    } catch (error) {
      this.logger.warn('unread messages could not be counted', stackFramesOf(error));
      this.note(room, user);
    }
    return true;
  }

  private forget(session: Session): void {
    const user = session.principal!.userId;
    const sessions = this.watchers.get(user);
    sessions?.delete(session);
    if (sessions?.size !== 0) {
      return;
    }
    this.watchers.delete(user);
    for (const [room, users] of this.counters) {
      users.delete(user);
      if (users.size === 0) {
        this.counters.delete(room);
      }
    }
  }

  private countersOf(room: string): Map<string, Counter> {
    let counters = this.counters.get(room);
    if (counters === undefined) {
      counters = new Map();
      this.counters.set(room, counters);
    }
    return counters;
  }
}
