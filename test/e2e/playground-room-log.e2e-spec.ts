import { beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { JoinReply, NotRecovered, RoomEntry } from '../../src/protocol/chat.js';

/** The page's modules are plain JavaScript: what is used of them is written down here. */
interface RoomLog {
  readonly rows: readonly RoomEntry[];
  readonly lastSeq: number;
  readonly before: number;
  readonly hasOlder: boolean;
  readonly hasHole: boolean;
  readonly resumePoint: { readonly since?: number; readonly epoch?: number };
  takeJoin(reply: Partial<JoinReply>): void;
  take(entry: RoomEntry): void;
  takeOlder(page: { epoch: number; messages: readonly RoomEntry[]; first: number }): void;
  missedWith(row: RoomEntry): object | undefined;
  snapshot(): unknown;
}
type RoomLogClass = new (me: string, saved?: unknown) => RoomLog;

const MAX_RECOVERY = 6;
const PAGE = 4;

/** A room as the server keeps it, with entries made of small numbers. */
class ModelRoom {
  epoch = 1;
  entries: RoomEntry[] = [];

  startOver(): void {
    this.epoch += 1;
    this.entries = [];
  }

  append(kind: number, by: number, at: number): RoomEntry {
    const seq = this.entries.length + 1;
    const base = { room: 'r', seq, from: by === 0 ? 'me' : 'other', time: seq };
    const target = this.entries[at % Math.max(1, this.entries.length)];
    const isRevision = kind > 2 && target?.type === 'message' && !this.isDeleted(target.seq);
    const entry: RoomEntry = !isRevision
      ? kind === 2
        ? { ...base, type: 'member', user: 'other', action: 'added' }
        : { ...base, type: 'message', id: `i${seq}`, clientMsgId: `c${seq}`, body: `body ${seq}` }
      : kind === 3
        ? { ...base, type: 'edit', target: target.seq, body: `edit ${seq}` }
        : { ...base, type: 'deletion', target: target.seq };
    this.entries.push(entry);
    return entry;
  }

  /** Messages as they stand now, and edits without the text that was overtaken. */
  page(after: number, upTo = this.entries.length): RoomEntry[] {
    return this.entries.slice(after, upTo).map((entry) => {
      if (entry.type === 'edit') {
        const isOvertaken = this.revisionsOf(entry.target).at(-1) !== entry;
        return isOvertaken ? { ...entry, body: null } : entry;
      }
      return entry.type === 'message' ? this.folded(entry) : entry;
    });
  }

  join(since?: number, epoch?: number): Partial<JoinReply> {
    const head = this.entries.length;
    const common = { epoch: this.epoch, first: 1, head };
    const reason: NotRecovered | undefined =
      epoch !== undefined && epoch !== this.epoch
        ? 'epoch'
        : since !== undefined && head - since > MAX_RECOVERY
          ? 'tooMany'
          : undefined;
    return since === undefined || reason !== undefined
      ? {
          ...common,
          recovered: false,
          messages: this.page(Math.max(0, head - PAGE)),
          ...(reason && { reason }),
        }
      : { ...common, recovered: true, messages: this.page(since) };
  }

  private folded(entry: RoomEntry): RoomEntry {
    return this.revisionsOf(entry.seq).reduce(
      (message, revision) =>
        revision.type === 'edit'
          ? ({ ...message, body: revision.body, editedAt: revision.time } as RoomEntry)
          : ({ ...message, body: null, deletedAt: revision.time } as RoomEntry),
      entry,
    );
  }

  private isDeleted(seq: number): boolean {
    return this.revisionsOf(seq).some(({ type }) => type === 'deletion');
  }

  private revisionsOf(seq: number): RoomEntry[] {
    return this.entries.filter((entry) => 'target' in entry && entry.target === seq);
  }
}

/** A page with the log under test, and what it must say of what was missed. */
class ModelPage {
  readonly room = new ModelRoom();
  log: RoomLog;
  private missed = new Set<number>();
  private isJoined = false;
  /** How far an earlier page had seen; its rows may have been stored before that. */
  private seen = 0;
  private stored: unknown;
  /** Pushes that others have overtaken. */
  private readonly delayed: RoomEntry[] = [];

  constructor(private readonly newLog: RoomLogClass) {
    this.log = new newLog('me');
    this.join();
    this.store();
  }

  write(count: number, kind: number, by: number, at: number, isDelayed: boolean): void {
    for (let index = 0; index < count; index += 1) {
      const entry = this.room.append(kind, by, at + index);
      if (this.isJoined && isDelayed) {
        this.delayed.push(entry);
      } else if (this.isJoined) {
        this.log.take(entry);
      }
    }
  }

  leave(): void {
    this.isJoined = false;
    this.delayed.length = 0;
  }

  settle(): void {
    if (!this.isJoined) {
      this.join();
    }
    this.delayed.splice(0).forEach((entry) => this.log.take(entry));
  }

  store(): void {
    this.stored = JSON.parse(JSON.stringify(this.log.snapshot()));
  }

  /** Closed and opened again. */
  reopen(): void {
    this.leave();
    const { since = 0, epoch } = this.log.resumePoint;
    this.seen = Math.max(this.seen, since);
    const rows = this.stored as { epoch: number };
    const saved = rows.epoch === epoch ? rows : { epoch, lastSeq: since, after: since, rows: [] };
    this.log = new this.newLog('me', { ...saved, seen: this.seen });
    this.missed = new Set();
  }

  readOlder(): void {
    if (this.isJoined && this.log.hasOlder) {
      const { before } = this.log;
      const messages = this.room.page(Math.max(0, before - 1 - PAGE), before - 1);
      this.log.takeOlder({ epoch: this.room.epoch, messages, first: 1 });
    }
  }

  /** The server's store is gone with everything in it. */
  lose(): void {
    this.leave();
    this.room.startOver();
    this.missed = new Set();
  }

  check(): void {
    if (!this.isJoined || this.delayed.length > 0) {
      return;
    }
    const { log, room } = this;
    const held = room.page(log.before - 1).filter(({ type }) => type === 'message' || type === 'member');
    const marked = log.rows.filter((row) => log.missedWith(row) !== undefined).map(({ seq }) => seq);
    expect(log.hasHole).toBe(false);
    expect(log.lastSeq).toBe(room.entries.length);
    expect(log.rows).toEqual(held);
    expect(marked).toEqual([...this.missed].filter((seq) => seq >= log.before).toSorted((a, b) => a - b));
  }

  private join(): void {
    const { since = 0, epoch } = this.log.resumePoint;
    const seenTo = epoch === this.room.epoch ? Math.max(since, this.seen) : 0;
    const reply = this.room.join(epoch === undefined ? undefined : since, epoch);
    this.log.takeJoin(reply);
    if (reply.recovered === false) {
      expect(this.log.before).toBe(Math.max(0, this.room.entries.length - PAGE) + 1);
    }
    if (epoch !== undefined) {
      this.room.entries
        .filter(({ type, from, seq }) => type === 'message' && from === 'other' && seq > seenTo)
        .forEach(({ seq }) => this.missed.add(seq));
    }
    this.seen = 0;
    this.isJoined = true;
  }
}

describe("the page's log of a room", () => {
  let RoomLogOfPage: RoomLogClass;

  beforeAll(async () => {
    const path = '../../web/js/chat/room-log.js';
    ({ RoomLog: RoomLogOfPage } = (await import(path)) as { RoomLog: RoomLogClass });
  });

  const step: fc.Arbitrary<(page: ModelPage) => void> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(1, 1, 2, 8), fc.nat(4), fc.nat(1), fc.nat(20), fc.boolean())
        .map((write) => (page: ModelPage) => page.write(...write)),
    },
    ...(['leave', 'settle', 'settle', 'store', 'reopen', 'readOlder', 'lose'] as const).map((action) => ({
      weight: action === 'lose' ? 1 : 2,
      arbitrary: fc.constant((page: ModelPage) => page[action]()),
    })),
  );

  it('is what the server keeps, without a hole, and marks exactly what came while the page was away', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const page = new ModelPage(RoomLogOfPage);
        for (const run of [...steps, (last: ModelPage) => last.settle()]) {
          run(page);
          page.check();
        }
      }),
      { numRuns: 300 },
    );
  });

  it('starts fresh on anything else that was stored', () => {
    for (const saved of [
      null,
      7,
      {},
      { epoch: 1, lastSeq: 'x', after: 0, rows: [] },
      { epoch: 1, rows: [{}] },
    ]) {
      expect(new RoomLogOfPage('me', saved).resumePoint).toEqual({});
    }
  });
});
