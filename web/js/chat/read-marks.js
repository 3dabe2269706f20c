/** Marks the open room as read while its newest messages are really in view. */
const DELAY_MS = 200;

export class ReadMarks {
  #chat;
  #isInView;
  #timer;
  #marking = false;

  /** @param {() => string | undefined} isInView the room whose newest message somebody can see, if any */
  constructor(chat, isInView) {
    this.#chat = chat;
    this.#isInView = isInView;
  }

  /** Something moved: a message came, the user scrolled, the page came back into view. */
  check() {
    if (this.#timer !== undefined) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#mark();
    }, DELAY_MS);
  }

  async #mark() {
    const room = this.#isInView();
    if (this.#marking || room === undefined || !this.#hasNews(room)) {
      return;
    }
    this.#marking = true;
    try {
      await this.#chat.read(room);
      this.#marking = false;
      if (this.#hasNews(room)) {
        this.check();
      }
    } catch {
      // The next message, or the next connection, brings it up again.
      this.#marking = false;
    }
  }

  #hasNews(room) {
    const known = this.#chat.rooms.find(room);
    if (known === undefined || !this.#chat.isJoined(room)) {
      return false;
    }
    return known.unread > 0 || this.#chat.logOf(room).newestByOthers > known.read;
  }
}
