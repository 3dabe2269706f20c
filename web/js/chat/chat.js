/**
 * The rooms of the user on this page: joined, resumed after every break, and kept up to date by pushes.
 *
 * Events: `rooms` (the list or a number in it), `change` (detail: room; its log), `joined` (detail: room, reason; why it could not go on where it
 * was),
 * `left` (detail: room, reason), `failed` (detail: error).
 */
import { LogMemory } from './log-memory.js';
import { patiently } from './patiently.js';
import { RoomDirectory } from './room-directory.js';
import { RoomListing } from './room-listing.js';
import { RoomLog } from './room-log.js';

const LOBBY = 'lobby';
const PAGE = 100;
const ENTRY_PUSHES = ['chat.message', 'chat.edited', 'chat.deleted', 'chat.member'];

export class Chat extends EventTarget {
  me;
  rooms = new RoomDirectory();
  #client;
  #memory = new LogMemory();
  #logs = new Map();
  /** Rooms this connection is in; `#wanted` are those every connection is to be in. */
  #joined = new Set();
  #wanted = new Set([LOBBY]);
  #reading = new Set();
  #listing;

  constructor(client, connection) {
    super();
    this.#client = client;
    this.#listing = new RoomListing(client, this.rooms, this.#joined);
    client.addEventListener('welcome', ({ detail }) => this.#attempt(() => this.#start(detail)));
    connection.addEventListener('closed', () => this.#suspend());
    for (const event of ENTRY_PUSHES) {
      client.addEventListener(event, ({ detail }) => this.#takePush(detail));
    }
    for (const event of ['chat.unread', 'chat.read']) {
      client.addEventListener(event, ({ detail }) => this.#takeCount(detail));
    }
    client.addEventListener('chat.left', ({ detail }) => this.#takeLeft(detail));
  }

  isJoined(room) {
    return this.#joined.has(room);
  }

  logOf(room) {
    let log = this.#logs.get(room);
    if (log === undefined) {
      log = new RoomLog(this.me, this.#memory.load(this.me, room));
      this.#logs.set(room, log);
    }
    return log;
  }

  /** Joins a room by name, unless this connection is in it; without a connection, the next one does. */
  async enter(room) {
    this.#wanted.add(room);
    try {
      if (!this.#joined.has(room)) {
        await this.#join({ room });
      }
    } catch (error) {
      if (error.code !== undefined) {
        this.#wanted.delete(room);
      }
      throw error;
    }
    return room;
  }

  /** The direct room with a user, there from now on. */
  async enterDirect(user) {
    const known = this.rooms.withPeer(user);
    return known === undefined ? this.#join({ to: user }) : this.enter(known.room);
  }

  /** Reads the page before what is held. */
  async readOlder(room) {
    const log = this.logOf(room);
    if (!log.hasOlder || this.#reading.has(room)) {
      return;
    }
    await this.#alone(room, async () => {
      const { before } = log;
      const page = await patiently(() => this.#client.request('chat.history', { room, before, limit: PAGE }));
      log.takeOlder(page);
      this.#announce('change', room);
    });
  }

  async edit(room, target, body) {
    const { seq } = await this.#client.request('chat.edit', { room, target, body });
    this.takeOwn({ type: 'edit', room, seq, target, body });
  }

  async remove(room, target) {
    const { seq } = await this.#client.request('chat.delete', { room, target });
    this.takeOwn({ type: 'deletion', room, seq, target });
  }

  /** What a command of this page has put into the log: its answer is this page's only copy. */
  takeOwn(entry) {
    // Null: the log was so already.
    if (entry.seq !== null) {
      this.#takeEntry({ from: this.me, time: Date.now(), ...entry });
    }
  }

  async read(room) {
    const seq = this.logOf(room).lastSeq;
    this.#takeCount(await this.#client.request('chat.read', { room, seq }));
  }

  forget() {
    if (this.me !== undefined) {
      this.#memory.forget(this.me);
    }
    this.#logs.clear();
    this.rooms.clear();
    this.#wanted = new Set([LOBBY]);
    this.me = undefined;
    this.#announce('rooms');
  }

  async #start({ user }) {
    if (this.me !== user) {
      this.#logs.clear();
      this.rooms.clear();
      this.me = user;
    }
    await this.#list();
    for (const room of this.#wanted) {
      await this.#attempt(() => this.enter(room));
    }
  }

  async #join(where) {
    const log = where.room === undefined ? new RoomLog(this.me) : this.logOf(where.room);
    const reply = await patiently(() =>
      this.#client.request('chat.join', { ...where, ...log.resumePoint, limit: PAGE }),
    );
    const { room, reason } = reply;
    if (reason === 'epoch' || reason === 'ahead') {
      this.rooms.startOver(room);
    }
    log.takeJoin(reply);
    this.#logs.set(room, log);
    this.#joined.add(room);
    this.#wanted.add(room);
    this.rooms.take(reply);
    this.#save(room);
    this.#announce('rooms');
    this.#announce('joined', { room, reason });
    this.#announce('change', room);
    return room;
  }

  async #list() {
    await this.#listing.refresh();
    this.#announce('rooms');
  }

  #takePush(entry) {
    if (entry.type === 'member' && entry.user === this.me) {
      this.rooms.takeOwnChange(entry);
    }
    if (this.#joined.has(entry.room)) {
      this.#takeEntry(entry);
    }
    // A first direct message, or an invitation.
    if (this.rooms.find(entry.room) === undefined) {
      this.#attempt(() => this.#list());
    }
  }

  #takeEntry(entry) {
    const { room } = entry;
    const log = this.logOf(room);
    log.take(entry);
    this.#save(room);
    this.#announce('change', room);
    if (log.hasHole && !this.#reading.has(room)) {
      this.#attempt(() => this.#alone(room, () => this.#fill(room, log)));
    }
  }

  async #fill(room, log) {
    let hasMore = true;
    while (log.hasHole && hasMore) {
      const since = log.lastSeq;
      const page = await patiently(() => this.#client.request('chat.history', { room, since, limit: PAGE }));
      page.messages.forEach((entry) => log.take(entry));
      hasMore = page.messages.length > 0;
    }
    this.#save(room);
    this.#announce('change', room);
  }

  #takeCount(count) {
    if (this.rooms.takeCount(count)) {
      this.#announce('rooms');
    } else {
      this.#attempt(() => this.#list());
    }
  }

  #takeLeft({ room, reason }) {
    this.#joined.delete(room);
    this.#wanted.delete(room);
    this.rooms.remove(room);
    this.#announce('left', { room, reason });
    this.#announce('rooms');
  }

  #suspend() {
    this.#joined.clear();
    for (const [room, log] of this.#logs) {
      log.settleMissed(this.rooms.find(room)?.read ?? 0);
    }
    this.#announce('rooms');
  }

  #save(room) {
    this.#memory.save(this.me, room, this.logOf(room));
  }

  /** One reader of a room's history at a time. */
  async #alone(room, read) {
    this.#reading.add(room);
    try {
      await read();
    } finally {
      this.#reading.delete(room);
    }
  }

  /** A connection that ended in between is no failure: the next one starts over. */
  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      if (error.code !== undefined) {
        this.#announce('failed', error);
      }
    }
  }

  #announce(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
