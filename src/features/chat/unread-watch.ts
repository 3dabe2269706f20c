import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { LogOrder } from '../../hub/log-order.js';
import type { Session } from '../../hub/session.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { userChannel } from '../../protocol/channel.js';
import type { MemberAction, RoomEntry, RoomSummary } from '../../protocol/chat.js';
import { isDirectRoomId } from './direct-room.js';
import { type Counted, UnreadCounter } from './unread-counter.js';
import { UnreadTable } from './unread-table.js';

/** Time over which news of a room are gathered into one push. */
const PUSH_INTERVAL_MS = 250;

/** Nothing was counted yet. */
const UNCOUNTED: Counted = { unread: 0, head: 0, read: 0 };

const ENDS: ReadonlySet<MemberAction> = new Set(['left', 'removed', 'kicked', 'banned']);

/**
 * Unread counters of the users who asked for their rooms, pushed when they change. Counted here from what the rooms
 * publish; the store counts at the start, after a read, and where a message was deleted or missed.
 */
@Injectable()
export class UnreadWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('UnreadWatch');
  private readonly watchers = new Map<string, Set<Session>>();
  /** Only of users in `watchers`. */
  private readonly counters = new UnreadTable();
  private changed = new Set<UnreadCounter>();
  private isPushing = false;
  private isStoreAway = false;
  private stop: () => void = () => {};

  constructor(
    hub: Hub,
    private readonly rooms: RoomStore,
    private readonly clock: Clock,
    order: LogOrder,
  ) {
    order.observe(({ data, channels }) => this.take(data as RoomEntry, channels));
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
    for (const { room, unread, head, read } of rooms) {
      const counter = this.counters.find(room, user);
      if (counter === undefined) {
        this.counters.add(new UnreadCounter(room, user, { unread, head, read }));
      } else {
        counter.replace({ unread, head, read });
        this.changed.add(counter);
      }
    }
  }

  /** The store has counted after a read, and all devices of the user are told. */
  recounted(user: string, room: string, counted: Counted): void {
    const counter = this.counters.find(room, user);
    if (counter?.replace(counted) === true) {
      counter.takeNews();
    } else if (counter !== undefined) {
      this.changed.add(counter);
    }
  }

  /** The room is gone; one of the same name counts anew. */
  forgetRoom(room: string): void {
    for (const counter of this.counters.of(room).values()) {
      this.changed.delete(counter);
    }
    this.counters.removeRoom(room);
  }

  private take(entry: RoomEntry, channels: readonly string[]): void {
    for (const counter of this.counters.of(entry.room).values()) {
      if (counter.take(entry)) {
        this.changed.add(counter);
      }
    }
    if (entry.type === 'member' && ENDS.has(entry.action)) {
      this.endMembership(entry.room, entry.user, entry.seq);
    } else if (entry.type === 'member') {
      this.startCounting(entry, entry.user);
    } else if (entry.type === 'message' && isDirectRoomId(entry.room)) {
      usersOf(channels).forEach((user) => this.startCounting(entry, user));
    }
  }

  /** Not when the store has counted since: then the user was let in again. */
  private endMembership(room: string, user: string, seq: number): void {
    if (this.counters.find(room, user)?.hasCounted(seq) === false) {
      this.counters.remove(room, user);
    }
  }

  /** A room that a watching user did not have when the rooms were listed: a first direct message, an invitation. */
  private startCounting({ room, seq }: RoomEntry, user: string): void {
    if (this.watchers.has(user) && this.counters.find(room, user) === undefined) {
      const counter = new UnreadCounter(room, user, UNCOUNTED, seq);
      this.counters.add(counter);
      this.changed.add(counter);
    }
  }

  private async push(): Promise<void> {
    if (this.isPushing || this.changed.size === 0) {
      return;
    }
    this.isPushing = true;
    const { changed } = this;
    this.changed = new Set();
    let isAsking = true;
    try {
      for (const counter of changed) {
        changed.delete(counter);
        if (isAsking && counter.isStale && this.isCurrent(counter)) {
          isAsking = await this.recount(counter);
        }
        this.tell(counter);
      }
    } catch (error) {
      this.logger.error('unread messages could not be pushed', stackFramesOf(error));
    } finally {
      changed.forEach((counter) => this.changed.add(counter));
      this.isPushing = false;
    }
  }

  private tell(counter: UnreadCounter): void {
    if (!this.isCurrent(counter)) {
      return;
    }
    if (counter.isStale) {
      // The store is away, or was overtaken: the next round asks.
      this.changed.add(counter);
      return;
    }
    const { room, user } = counter;
    const news = counter.takeNews();
    if (news !== undefined) {
      this.watchers.get(user)?.forEach((session) => session.push('chat.unread', { room, ...news }));
    }
  }

  /** The membership, the room and the user's connections may have ended since it was noted. */
  private isCurrent(counter: UnreadCounter): boolean {
    return this.counters.find(counter.room, counter.user) === counter;
  }

  /** False while the store is away. Takes the counter away from one who is no member (any more). */
  private async recount(counter: UnreadCounter): Promise<boolean> {
    const { room, user } = counter;
    counter.beginCount();
    try {
      const counted = await this.rooms.markRead(room, user, 0);
      this.isStoreAway = false;
      if (counted !== undefined && counted !== 'ahead') {
        counter.finishCount(counted);
      } else if (this.isCurrent(counter)) {
        this.counters.remove(room, user);
      }
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        throw error;
      }
      if (!this.isStoreAway) {
        this.isStoreAway = true;
        this.logger.warn('unread messages could not be counted', stackFramesOf(error));
      }
      return false;
    }
  }

  private forget(session: Session): void {
    const user = session.principal!.userId;
    const sessions = this.watchers.get(user);
    sessions?.delete(session);
    if (sessions?.size === 0) {
      this.watchers.delete(user);
      this.counters.removeUser(user);
    }
  }
}

/** The users a publication names by their own channels. */
const usersOf = (channels: readonly string[]): string[] =>
  channels
    .filter((channel) => channel.startsWith(userChannel('')))
    .map((channel) => channel.slice(userChannel('').length));
