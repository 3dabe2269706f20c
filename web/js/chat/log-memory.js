/** Logs of rooms over the life of a page: a page that is opened again goes on where the last one stopped. */
import { lasting } from '../storage.js';

const PREFIX = 'tidegate.room.';

export class LogMemory {
  #dirty = new Map();

  load(user, room) {
    return lasting.read(keyOf(user, room));
  }

  /** Writes soon, and before the next frame: what was seen is known to have been seen. */
  save(user, room, log) {
    if (this.#dirty.size === 0) {
      queueMicrotask(() => this.#write());
    }
    this.#dirty.set(keyOf(user, room), log);
  }

  forget(user, room = '') {
    this.#dirty.clear();
    lasting.removeAll(keyOf(user, room));
  }

  #write() {
    for (const [key, log] of this.#dirty) {
      const snapshot = log.snapshot();
      if (!isBehind(snapshot, lasting.read(key)) && !lasting.write(key, snapshot)) {
        // Too much text for the room there is: the place alone is small.
        lasting.write(key, { ...snapshot, after: snapshot.lastSeq, rows: [] });
      }
    }
    this.#dirty.clear();
  }
}

/** Another tab of this user has seen more. */
function isBehind({ epoch, lastSeq }, kept) {
  return kept?.epoch === epoch && kept.lastSeq > lastSeq;
}

// Neither part can hold a blank, so no two pairs share a key.
const keyOf = (user, room) => `${PREFIX}${user} ${room}`;
