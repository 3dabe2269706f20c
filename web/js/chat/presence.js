/** Who is online: the users of direct rooms, and whoever is in the open room. Events: `change`. */

/** Users one question may name. */
const MAX_ASKED = 100;

/** After news of somebody, before the room is looked at again. */
const REFRESH_MS = 500;

export class Presence extends EventTarget {
  #client;
  #online = new Map();
  #watched = new Set();
  #inRoom = [];
  #room;
  #timer;

  constructor(client, connection) {
    super();
    this.#client = client;
    client.addEventListener('presence', ({ detail }) => this.#takePush(detail));
    connection.addEventListener('closed', () => this.#forget());
  }

  /** True, false, or undefined while nobody has said. */
  isOnline(user) {
    return this.#online.get(user);
  }

  /** Users in the open room, by name. */
  get people() {
    return this.#inRoom;
  }

  /** Asks about users, once in a connection, and hears of their changes from then on. */
  async watch(users) {
    const added = users.filter((user) => !this.#watched.has(user)).slice(0, MAX_ASKED);
    if (added.length === 0) {
      return;
    }
    added.forEach((user) => this.#watched.add(user));
    await this.#ask({ users: added, watch: true }, (known) => known.forEach((one) => this.#note(one)));
  }

  /** Shows the people of another room. */
  open(room) {
    this.#room = room;
    this.#inRoom = [];
    this.#announce();
    void this.#look();
  }

  async #look() {
    const room = this.#room;
    if (room === undefined) {
      return;
    }
    await this.#ask({ room }, (users) => {
      if (room === this.#room) {
        users.forEach((user) => this.#note(user));
        this.#inRoom = users.map(({ user }) => user).toSorted((one, other) => one.localeCompare(other));
      }
    });
  }

  #takePush(presence) {
    this.#note(presence);
    this.#announce();
    // It does not say in which room.
    if (this.#timer !== undefined) {
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#look();
    }, REFRESH_MS);
  }

  async #ask(question, take) {
    try {
      const { users } = await this.#client.request('presence.get', question);
      take(users);
      this.#announce();
    } catch {
      // Best effort, as presence is on the server.
    }
  }

  #note({ user, online }) {
    this.#online.set(user, online);
  }

  #forget() {
    this.#online.clear();
    this.#watched.clear();
    this.#inRoom = [];
    this.#announce();
  }

  #announce() {
    this.dispatchEvent(new CustomEvent('change'));
  }
}
