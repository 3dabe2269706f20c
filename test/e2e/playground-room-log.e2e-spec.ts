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

describe("the page's log of a room", () => {
  let RoomLogOfPage: RoomLogClass;

  beforeAll(async () => {
    const path = '../../web/js/chat/room-log.js';
    ({ RoomLog: RoomLogOfPage } = (await import(path)) as { RoomLog: RoomLogClass });
  });

  const step = fc.record({
    action: fc.constantFrom('write', 'write', 'write', 'store', 'break', 'return', 'reopen', 'older', 'lose'),
    kind: fc.nat(4),
    by: fc.nat(1),
    at: fc.nat(20),
    isDelayed: fc.boolean(),
  });

  it('is what the server keeps, without a hole, and marks exactly what came while the page was away', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const room = new ModelRoom();
        let log = new RoomLogOfPage('me');
        let missed = new Set<number>();
        let isJoined = false;
        let seen = 0;
        const delayed: RoomEntry[] = [];

        const join = (): void => {
          const { since, epoch } = log.resumePoint;
          const seenTo = epoch === room.epoch ? Math.max(since!, seen) : 0;
          log.takeJoin(room.join(since, epoch));
          if (epoch !== undefined) {
            room.entries
              .filter(({ type, from, seq }) => type === 'message' && from === 'other' && seq > seenTo)
              .forEach(({ seq }) => missed.add(seq));
          }
          delayed.length = 0;
          seen = 0;
          isJoined = true;
        };
        const deliver = (): void => {
          delayed.splice(0).forEach((entry) => log.take(entry));
        };

        join();
        let stored = JSON.stringify(log.snapshot());
        for (const { action, kind, by, at, isDelayed } of steps) {
          switch (action) {
            case 'write': {
              const entry = room.append(kind, by, at);
              if (isJoined && isDelayed && delayed.length < 2) {
                delayed.push(entry);
              } else if (isJoined) {
                log.take(entry);
              }
              break;
            }
            case 'return':
              if (!isJoined) {
                join();
              }
              deliver();
              break;
            case 'store':
              stored = JSON.stringify(log.snapshot());
              break;
            case 'break':
              isJoined = false;
              break;
            case 'reopen':
              // What is stored is read back as text, and may end before what was seen.
              seen = log.lastSeq;
              log = new RoomLogOfPage('me', { ...(JSON.parse(stored) as object), seen });
              missed = new Set();
              isJoined = false;
              break;
            case 'older':
              if (isJoined && log.hasOlder) {
                const { before } = log;
                const messages = room.page(Math.max(0, before - 1 - PAGE), before - 1);
                log.takeOlder({ epoch: room.epoch, messages, first: 1 });
              }
              break;
            case 'lose':
              if (at < 4) {
                room.epoch += 1;
                room.entries = [];
                missed = new Set();
                isJoined = false;
              }
              break;
          }
        }
        if (!isJoined) {
          join();
        }
        deliver();

        const expected = room
          .page(log.before - 1)
          .filter(({ type }) => type === 'message' || type === 'member');
        expect(log.hasHole).toBe(false);
        expect(log.lastSeq).toBe(room.entries.length);
        expect(log.rows).toEqual(expected);
        const marked = log.rows.filter((row) => log.missedWith(row) !== undefined).map(({ seq }) => seq);
        expect(marked).toEqual([...missed].filter((seq) => seq >= log.before).toSorted((a, b) => a - b));
      }),
      { numRuns: 500 },
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
