/** Which room is open, and what its parts on the page show of it. */
export class OpenRoom {
  name;
  #chat;
  #outbox;
  #unreadAfter;

  constructor(chat, outbox) {
    this.#chat = chat;
    this.#outbox = outbox;
  }

  /** What the list knows of it. */
  get record() {
    return this.name === undefined ? undefined : this.#chat.rooms.find(this.name);
  }

  get pending() {
    return this.name === undefined ? [] : this.#outbox.in(this.name);
  }

  /** The user's newest message, if it can still be rewritten. */
  get lastOwn() {
    const { rows } = this.#chat.logOf(this.name);
    const last = rows.findLast(({ type, from }) => type === 'message' && from === this.#chat.me);
    return last?.deletedAt === undefined ? last : undefined;
  }

  open(room) {
    this.name = room;
    const { unread = 0, read } = this.record ?? {};
    this.#unreadAfter = unread > 0 ? read : undefined;
  }

  close() {
    this.name = undefined;
  }

  /** Whoever answers has seen what was new. */
  forgetUnread() {
    this.#unreadAfter = undefined;
  }

  forList() {
    const role = this.record?.role;
    return {
      log: this.#chat.logOf(this.name),
      pending: this.pending,
      unreadAfter: this.#unreadAfter,
      me: this.#chat.me,
      mayDeleteAll: role === 'owner' || role === 'moderator',
    };
  }

  forHint(bytesLeft) {
    return {
      isConnected: this.name !== undefined && this.#chat.isJoined(this.name),
      room: this.record,
      pending: this.pending,
      bytesLeft,
    };
  }
}
