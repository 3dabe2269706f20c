/**
 * Logs of rooms over the life of a page: a page that is opened again goes on where the last one stopped. How far was
 * seen is written with every entry; the rows follow a little later, and what they lack by then is fetched again.
 */
import { lasting } from '../storage.js';

const ROWS_PREFIX = 'tidegate.rows.';
const SEEN_PREFIX = 'tidegate.seen.';
const ROWS_DELAY_MS = 500;

export class LogMemory {
  /** Logs whose rows are not written yet, by user and room. */
  #dirty = new Map();
  #timer;

  constructor() {
    addEventListener('pagehide', () => this.#writeRows());
  }

  /** What a log of this room starts with. */
  load(user, room) {
    const rows = lasting.read(ROWS_PREFIX + nameOf(user, room));
    const seen = lasting.read(SEEN_PREFIX + nameOf(user, room));
    if (seen === undefined || seen.epoch === rows?.epoch) {
      return rows && { ...rows, seen: seen?.lastSeq };
    }
    // The page ended before it wrote any rows of this life of the room.
    return { ...seen, after: seen.lastSeq, rows: [] };
  }

  save(user, room, log) {
    const name = nameOf(user, room);
    const { epoch, lastSeq } = log;
    const known = lasting.read(SEEN_PREFIX + name);
    // Another tab of this user may have seen more.
    if (known?.epoch === epoch && known.lastSeq > lastSeq) {
      return;
    }
    lasting.write(SEEN_PREFIX + name, { epoch, lastSeq });
    this.#dirty.set(name, log);
    this.#timer ??= setTimeout(() => this.#writeRows(), ROWS_DELAY_MS);
  }

  forget(user) {
    this.#dirty.clear();
    lasting.removeAll(ROWS_PREFIX + nameOf(user, ''));
    lasting.removeAll(SEEN_PREFIX + nameOf(user, ''));
  }

  #writeRows() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [name, log] of this.#dirty) {
      const snapshot = log.snapshot();
      if (!lasting.write(ROWS_PREFIX + name, snapshot)) {
        // Too much text for the room there is: the place alone is small.
        lasting.write(ROWS_PREFIX + name, { ...snapshot, after: snapshot.lastSeq, rows: [] });
      }
    }
    this.#dirty.clear();
  }
}

// Neither part can hold a blank, so no two pairs share a name.
const nameOf = (user, room) => `${user} ${room}`;
