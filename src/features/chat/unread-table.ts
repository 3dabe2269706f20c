import type { UnreadCounter } from './unread-counter.js';

const NONE: ReadonlyMap<string, UnreadCounter> = new Map();

/** Unread counters by room and user. What ends, a room or a user, costs no more than its own counters. */
export class UnreadTable {
  private readonly byRoom = new Map<string, Map<string, UnreadCounter>>();
  private readonly roomsByUser = new Map<string, Set<string>>();

  find(room: string, user: string): UnreadCounter | undefined {
    return this.byRoom.get(room)?.get(user);
  }

  /** The counters of a room, by user. */
  of(room: string): ReadonlyMap<string, UnreadCounter> {
    return this.byRoom.get(room) ?? NONE;
  }

  add(counter: UnreadCounter): void {
    const { room, user } = counter;
    const counters = this.byRoom.get(room) ?? new Map<string, UnreadCounter>();
    this.byRoom.set(room, counters.set(user, counter));
    const rooms = this.roomsByUser.get(user) ?? new Set();
    this.roomsByUser.set(user, rooms.add(room));
  }

  remove(room: string, user: string): void {
    const counters = this.byRoom.get(room);
    counters?.delete(user);
    if (counters?.size === 0) {
      this.byRoom.delete(room);
    }
    const rooms = this.roomsByUser.get(user);
    rooms?.delete(room);
    if (rooms?.size === 0) {
      this.roomsByUser.delete(user);
    }
  }

  removeRoom(room: string): void {
    for (const user of this.of(room).keys()) {
      this.remove(room, user);
    }
  }

  removeUser(user: string): void {
    for (const room of this.roomsByUser.get(user) ?? []) {
      this.remove(room, user);
    }
  }
}
