/** Who is typing where, and telling others that this user does. Events: `change` (detail: room). */
export class Typing extends EventTarget {
  #client;
  #me;
  #intervalMs = 10_000;
  #expiryMs = 12_000;
  /** Room to user to the timer that ends it. */
  #others = new Map();
  #room;
  #toldAtMs = -Infinity;

  constructor(client, connection) {
    super();
    this.#client = client;
    client.addEventListener('welcome', ({ detail: { user, typing } }) => {
      this.#me = user;
      this.#intervalMs = typing.intervalMs;
      this.#expiryMs = typing.expiryMs;
    });
    client.addEventListener('chat.typing', ({ detail }) => this.#take(detail));
    client.addEventListener('chat.message', ({ detail }) => this.#end(detail.room, detail.from));
    connection.addEventListener('closed', () => this.#forget());
  }

  in(room) {
    return [...(this.#others.get(room)?.keys() ?? [])];
  }

  /** The user changed the text that is being written in the room. */
  typed(room, text) {
    if (text === '') {
      this.stopped();
      return;
    }
    if (this.#room !== room) {
      this.stopped();
    }
    if (this.#room === undefined || performance.now() - this.#toldAtMs >= this.#intervalMs) {
      this.#room = room;
      this.#toldAtMs = performance.now();
      this.#tell(room, true);
    }
  }

  stopped() {
    if (this.#room !== undefined) {
      this.#tell(this.#room, false);
      this.#room = undefined;
    }
  }

  /** A message was sent: that ends it on the server by itself. */
  sent() {
    this.#room = undefined;
  }

  #tell(room, typing) {
    // Nobody misses it when it fails.
    this.#client.request('chat.typing', { room, typing }).catch(() => {});
  }

  #take({ room, user, typing }) {
    this.#end(room, user);
    if (typing && user !== this.#me) {
      const users = this.#others.get(room) ?? new Map();
      users.set(
        user,
        setTimeout(() => this.#end(room, user), this.#expiryMs),
      );
      this.#others.set(room, users);
    }
    this.#announce(room);
  }

  #end(room, user) {
    const users = this.#others.get(room);
    clearTimeout(users?.get(user));
    if (users?.delete(user)) {
      this.#announce(room);
    }
  }

  #forget() {
    this.#room = undefined;
    for (const [room, users] of this.#others) {
      [...users.keys()].forEach((user) => this.#end(room, user));
    }
  }

  #announce(room) {
    this.dispatchEvent(new CustomEvent('change', { detail: room }));
  }
}
