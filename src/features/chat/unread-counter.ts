import { MAX_UNREAD, type RoomEntry } from '../../protocol/chat.js';

/** What the store counted for one user in one room: unread messages after `read` and up to `head`, of one snapshot. */
export interface Counted {
  readonly unread: number;
  readonly head: number;
  readonly read: number;
}

/** Unread messages of one user in one room: what the store counted, and what the room published since. */
export class UnreadCounter {
  private unread: number;
  /** Newest entry that was counted or seen. */
  private head: number;
  private told: { readonly head: number; readonly unread: number } | undefined;
  /** Messages of others seen while the store counts: it may have looked before or after them. */
  private arrived: number[] | undefined;

  /** `uncounted`: newest entry that cannot be added up; a count at or beyond it has it in. */
  constructor(
    readonly room: string,
    readonly user: string,
    private counted: Counted,
    private uncounted = 0,
  ) {
    this.unread = counted.unread;
    this.head = Math.max(counted.head, uncounted);
    this.told = this.isStale ? undefined : counted;
  }

  /** The store must count before the number means anything. */
  get isStale(): boolean {
    return this.uncounted > this.counted.head;
  }

  /** Whether the store's count already knows of the entry. */
  hasCounted(seq: number): boolean {
    return seq <= this.counted.head;
  }

  /** True when the number may have changed. */
  take(entry: RoomEntry): boolean {
    if (entry.seq <= this.head) {
      return false;
    }
    const isGap = entry.seq > this.head + 1;
    this.head = entry.seq;
    if (isGap || (entry.type === 'deletion' && entry.target > this.counted.read)) {
      this.uncounted = entry.seq;
      return true;
    }
    if (entry.type !== 'message' || entry.from === this.user) {
      return false;
    }
    this.unread = Math.min(this.unread + 1, MAX_UNREAD);
    if (this.arrived !== undefined && this.arrived.length < MAX_UNREAD) {
      this.arrived.push(entry.seq);
    }
    return true;
  }

  /** Call before the store is asked for what `finishCount` takes. */
  beginCount(): void {
    this.arrived = [];
  }

  finishCount(counted: Counted): void {
    const arrived = this.arrived?.filter((seq) => seq > counted.head) ?? [];
    this.arrived = undefined;
    this.adopt(counted, arrived.length);
  }

  /** A count nobody announced. False when it is older than what was seen: what stands, or the store, knows better. */
  replace(counted: Counted): boolean {
    const isAdopted = this.adopt(counted, 0);
    if (isAdopted && counted.head < this.head) {
      this.uncounted = this.head;
    }
    return isAdopted && !this.isStale;
  }

  /** What the user was not told yet; undefined when there is nothing. */
  takeNews(): { readonly head: number; readonly unread: number } | undefined {
    const { head, unread, told } = this;
    if (told?.head === head && told.unread === unread) {
      return undefined;
    }
    this.told = { head, unread };
    return this.told;
  }

  /** False for a count that a newer one has overtaken. */
  private adopt(counted: Counted, arrived: number): boolean {
    if (counted.read < this.counted.read || counted.head < this.counted.head) {
      return false;
    }
    this.counted = counted;
    this.unread = Math.min(counted.unread + arrived, MAX_UNREAD);
    this.head = Math.max(this.head, counted.head);
    return true;
  }
}
