/**
 * What the user does with words: sends, rewrites and deletes messages of the open room.
 *
 * Events: `written` (a message is on its way), `failed` (detail: error).
 */
export class Writing extends EventTarget {
  #chat;
  #room;
  #sender;
  #typing;
  #composer;

  constructor({ chat, room, sender, typing, composer }) {
    super();
    this.#chat = chat;
    this.#room = room;
    this.#sender = sender;
    this.#typing = typing;
    this.#composer = composer;
    composer.addEventListener('typed', ({ detail: text }) => typing.typed(room.name, text));
    composer.addEventListener('send', ({ detail: body }) => this.#send(body));
    composer.addEventListener('last', () => this.#rewriteLast());
    composer.addEventListener('edit', ({ detail: { seq, body } }) =>
      this.#attempt(() => chat.edit(room.name, seq, body)),
    );
    sender.addEventListener('stored', ({ detail: { item, reply } }) => {
      chat.takeOwn({ type: 'message', ...item, ...reply });
    });
  }

  /** A button of a message was pressed. */
  act(action, { message, pending }) {
    switch (action) {
      case 'edit':
        this.#composer.edit(message);
        break;
      case 'delete':
        void this.#attempt(() => this.#chat.remove(this.#room.name, message.seq));
        break;
      case 'retry':
        this.#sender.retry(pending);
        break;
      case 'discard':
        this.#sender.discard(pending);
        break;
    }
  }

  #send(body) {
    if (this.#room.name === undefined) {
      return;
    }
    this.#typing.sent();
    this.#room.forgetUnread();
    this.#sender.write(this.#room.name, body);
    this.#announce('written');
  }

  #rewriteLast() {
    const last = this.#room.name === undefined ? undefined : this.#room.lastOwn;
    if (last !== undefined) {
      this.#composer.edit(last);
    }
  }

  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      this.#announce('failed', error);
    }
  }

  #announce(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
