/**
 * What a page holds of one room: a stretch of its log without a hole, each message as it stands now, and which of
 * them passed while the page was away. Pure state: it knows no DOM, no socket and no storage.
 */

/** What is kept for the next visit. */
const KEPT_ROWS = 100;
const KEPT_CHARACTERS = 200_000;

export class RoomLog {
  /** Undefined until the room was joined once. */
  epoch;
  /** Newest entry held. */
  lastSeq = 0;
  /** Messages and what happened to members, oldest first. Revisions are folded into their messages. */
  rows = [];
  /** Newest message by somebody else. */
  newestByOthers = 0;
  #me;
  /** Everything after this seq, up to `lastSeq`, is held. */
  #after = 0;
  /** Oldest entry the server keeps. */
  #first = 1;
  #bySeq = new Map();
  /** Entries that came before one they follow. */
  #early = new Map();
  #missed = [];
  /** Seen on an earlier visit, although the rows that were kept may end before. */
  #seen = 0;

  /** @param saved what `snapshot` gave on an earlier visit, with the newest entry `seen` then */
  constructor(me, saved) {
    this.#me = me;
    if (isSnapshot(saved)) {
      this.epoch = saved.epoch;
      this.#after = saved.after;
      saved.rows.forEach((row) => this.#addRow(row));
      this.lastSeq = saved.lastSeq;
      this.#seen = saved.seen ?? saved.lastSeq;
    }
  }

  /** Where a join goes on from. */
  get resumePoint() {
    return this.epoch === undefined ? {} : { since: this.lastSeq, epoch: this.epoch };
  }

  /** There are entries to be read with `since: lastSeq`. */
  get hasHole() {
    return this.#early.size > 0;
  }

  get hasOlder() {
    return this.epoch !== undefined && this.#after >= this.#first;
  }

  /** What `chat.history` takes for the page before this stretch. */
  get before() {
    return this.#after + 1;
  }

  takeJoin({ epoch, recovered, reason, messages, first, head }) {
    const isReturn = this.epoch !== undefined;
    const isAnew = reason === 'epoch' || reason === 'ahead';
    // The numbers began anew: everything there is came after what this page knew.
    const seenTo = isAnew ? 0 : Math.max(this.lastSeq, this.#seen);
    this.#seen = 0;
    this.#missed = isAnew ? [] : this.#missed;
    this.#early.clear();
    if (!recovered) {
      this.#startAt(messages[0]?.seq ?? head + 1);
    }
    this.epoch = epoch;
    this.#first = first;
    messages.forEach((entry) => this.take(entry));
    if (isReturn && head > seenTo) {
      this.#missed.push({ after: seenTo, upTo: head, reason });
    }
  }

  /** An entry from a push, a page that follows, or the reply to a command of this page. A repeat changes nothing. */
  take(entry) {
    if (entry.seq > this.lastSeq + 1) {
      this.#early.set(entry.seq, entry);
      return;
    }
    this.#apply(entry);
    for (let next; (next = this.#early.get(this.lastSeq + 1)) !== undefined;) {
      this.#early.delete(next.seq);
      this.#apply(next);
    }
  }

  /** The page before this stretch. Its messages are folded already. */
  takeOlder({ epoch, messages, first }) {
    if (epoch !== this.epoch) {
      return;
    }
    this.#first = first;
    const older = messages.filter(({ seq }) => seq <= this.#after);
    const rows = older.filter(isRow);
    rows.forEach((row) => this.#bySeq.set(row.seq, row));
    this.rows = [...rows, ...this.rows];
    this.#after = (older[0]?.seq ?? first) - 1;
  }

  /** The stretch of the log that passed while the page was away and holds this row, if one does. */
  missedWith({ type, seq, from }) {
    // Nobody misses their own words.
    return type === 'message' && from !== this.#me
      ? this.#missed.find(({ after, upTo }) => after < seq && seq <= upTo)
      : undefined;
  }

  /** What was missed and is read by now is no longer news. */
  settleMissed(read) {
    this.#missed = this.#missed.filter(({ upTo }) => upTo > read);
  }

  snapshot() {
    let characters = 0;
    let start = this.rows.length;
    while (start > 0 && this.rows.length - start < KEPT_ROWS) {
      characters += JSON.stringify(this.rows[start - 1]).length;
      if (characters > KEPT_CHARACTERS) {
        break;
      }
      start -= 1;
    }
    const rows = this.rows.slice(start);
    const after = (rows[0]?.seq ?? this.lastSeq + 1) - 1;
    return { epoch: this.epoch, lastSeq: this.lastSeq, after, rows };
  }

  #startAt(seq) {
    this.rows = [];
    this.#bySeq.clear();
    this.newestByOthers = 0;
    this.#after = seq - 1;
    this.lastSeq = seq - 1;
  }

  #apply(entry) {
    if (entry.type === 'edit' || entry.type === 'deletion') {
      this.#revise(this.#bySeq.get(entry.target), entry);
    } else if (entry.seq > this.lastSeq) {
      this.#addRow(entry);
    }
    this.lastSeq = Math.max(this.lastSeq, entry.seq);
  }

  #addRow(row) {
    // A copy: revisions change it.
    const held = { ...row };
    this.rows.push(held);
    this.#bySeq.set(held.seq, held);
    if (held.type === 'message' && held.from !== this.#me) {
      this.newestByOthers = held.seq;
    }
  }

  #revise(message, { type, time, body }) {
    if (message === undefined || message.deletedAt !== undefined) {
      return;
    }
    if (type === 'deletion') {
      Object.assign(message, { body: null, deletedAt: time });
    } else {
      // Without a body the edit was overtaken: by another one, or by the end of the message.
      Object.assign(message, { body: body ?? message.body, editedAt: time });
    }
  }
}

const isRow = ({ type }) => type === 'message' || type === 'member';

function isSnapshot(value) {
  return (
    Number.isSafeInteger(value?.epoch) &&
    Number.isSafeInteger(value.lastSeq) &&
    Number.isSafeInteger(value.after) &&
    Array.isArray(value.rows) &&
    value.rows.every((row) => Number.isSafeInteger(row?.seq) && typeof row.from === 'string')
  );
}
