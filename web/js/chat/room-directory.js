/** The user's rooms, in the order they became known, with what is unread in each. Pure state. */
export class RoomDirectory {
  #rooms = new Map();

  get all() {
    return [...this.#rooms.values()];
  }

  get unread() {
    return this.all.reduce((sum, { unread }) => sum + unread, 0);
  }

  /** Users there is a direct room with. */
  get peers() {
    return this.all.flatMap(({ peer }) => (peer === undefined ? [] : [peer]));
  }

  find(room) {
    return this.#rooms.get(room);
  }

  withPeer(user) {
    return this.all.find(({ peer }) => peer === user);
  }

  /** Takes what `chat.rooms` or a join says; a field that is absent there ends. */
  take({ room, kind, title, peer, role, read, unread, mutedUntil, slowModeSeconds = 0 }) {
    const known = this.#rooms.get(room);
    this.#rooms.set(room, {
      room,
      kind,
      name: title ?? peer ?? room,
      peer,
      role,
      read: Math.max(read, known?.read ?? 0),
      unread,
      mutedUntil,
      slowModeSeconds,
    });
  }

  /** From `chat.rooms`, which says less than a join did. */
  takeSummary(summary) {
    const known = this.#rooms.get(summary.room);
    this.take({
      ...summary,
      mutedUntil: known?.mutedUntil,
      slowModeSeconds: known?.slowModeSeconds,
    });
  }

  /** From `chat.unread` and `chat.read`. False for a room that is not known yet. */
  takeCount({ room, read, unread }) {
    const known = this.#rooms.get(room);
    if (known === undefined) {
      return false;
    }
    known.unread = unread;
    known.read = Math.max(known.read, read ?? 0);
    return true;
  }

  /** What happened to this user in the room. */
  takeOwnChange({ room, action, role, until }) {
    const known = this.#rooms.get(room);
    if (known === undefined) {
      return;
    }
    if (action === 'muted') {
      known.mutedUntil = until ?? Infinity;
    } else if (action === 'unmuted') {
      known.mutedUntil = undefined;
    }
    known.role = role ?? known.role;
  }

  /** The numbers of the room began anew. */
  startOver(room) {
    const known = this.#rooms.get(room);
    if (known !== undefined) {
      known.read = 0;
    }
  }

  remove(room) {
    this.#rooms.delete(room);
  }

  clear() {
    this.#rooms.clear();
  }
}
