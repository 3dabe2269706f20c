import type { RoomEntry } from '../../src/protocol/chat.js';

/** What a device shows of one room: a stretch of the log up to now, each entry once, revisions applied. */
export class RoomView {
  readonly entries: RoomEntry[] = [];
  /** Everything up to here is held. */
  last: number;
  /** Entries that came before one that precedes them. */
  private readonly early = new Map<number, RoomEntry>();

  /** Begins with the newest page of a join. */
  constructor(
    readonly room: string,
    readonly epoch: number,
    page: readonly RoomEntry[],
    head: number,
  ) {
    this.last = page.length === 0 ? head : page[0]!.seq - 1;
    page.forEach((entry) => this.accept(entry));
  }

  /** There are entries that wait for one which precedes them. */
  get hasGap(): boolean {
    return this.early.size > 0;
  }

  accept(entry: RoomEntry): void {
    if (entry.seq > this.last) {
      this.early.set(entry.seq, entry);
    }
    for (let next = this.early.get(this.last + 1); next !== undefined; next = this.early.get(this.last + 1)) {
      this.early.delete(next.seq);
      this.apply(next);
    }
  }

  /** The messages of `user` that can still be revised. */
  ownMessages(user: string): number[] {
    return this.entries.flatMap((entry) =>
      entry.type === 'message' && entry.from === user && entry.body !== null ? [entry.seq] : [],
    );
  }

  private apply(entry: RoomEntry): void {
    this.entries.push(entry);
    this.last = entry.seq;
    // An edit without a body was superseded; what superseded it follows in the log.
    if (entry.type === 'deletion') {
      this.revise(entry.target, null);
    } else if (entry.type === 'edit' && entry.body !== null) {
      this.revise(entry.target, entry.body);
    }
  }

  private revise(target: number, body: string | null): void {
    const index = target - (this.entries[0]?.seq ?? 0);
    const message = this.entries[index];
    // A message that was read as a tombstone stays one while older edits are replayed.
    if (message?.type === 'message' && message.body !== null) {
      this.entries[index] = { ...message, body };
    }
  }
}
