import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RoomEntry } from '../../protocol/chat.js';
import { type Counted, UnreadCounter } from './unread-counter.js';

const entry = (seq: number, more: Partial<RoomEntry> = {}): RoomEntry =>
  ({ type: 'message', room: 'ops', from: 'bob', time: 1, seq, ...more }) as RoomEntry;

const counter = (unread: number, head: number, read = head - unread): UnreadCounter =>
  new UnreadCounter('ops', 'alice', { unread, head, read });

/** A room as the store has it, and what it published that the counter has not seen yet. */
class Room {
  readonly log: RoomEntry[] = [];
  seen = 0;
  read = 0;

  add(more: Partial<RoomEntry>): void {
    this.log.push(entry(this.log.length + 1, more));
  }

  remove(target: number): void {
    this.add({ type: 'deletion', target });
  }

  /** As of `head`. */
  unread(head = this.log.length): number {
    const entries = this.log.slice(0, head);
    const deleted = new Set(entries.map((one) => (one.type === 'deletion' ? one.target : 0)));
    return entries.filter(
      ({ type, from, seq }) => type === 'message' && from !== 'alice' && seq > this.read && !deleted.has(seq),
    ).length;
  }

  count(): Counted {
    return { unread: this.unread(), head: this.log.length, read: this.read };
  }
}

describe('an unread counter', () => {
  it('adds a message once, and none that the store has counted', () => {
    const unread = counter(2, 5);
    expect(unread.take(entry(5))).toBe(false);
    expect(unread.take(entry(6))).toBe(true);
    expect(unread.take(entry(6))).toBe(false);
    expect(unread.takeNews()).toEqual({ head: 6, unread: 3 });
    expect(unread.takeNews()).toBeUndefined();
  });

  it('needs the store after a deletion of what is unread, and for nothing that was read', () => {
    const unread = counter(2, 5);
    expect(unread.take(entry(6, { type: 'deletion', target: 3 }))).toBe(false);
    expect(unread.isStale).toBe(false);
    expect(unread.take(entry(7, { type: 'deletion', target: 4 }))).toBe(true);
    expect(unread.isStale).toBe(true);
  });

  it('needs the store where an entry was missed', () => {
    const unread = counter(0, 5);
    unread.take(entry(7));
    expect(unread.isStale).toBe(true);
  });

  it('stays in doubt when a deletion comes after the count began', () => {
    const unread = counter(3, 5);
    unread.take(entry(6, { type: 'deletion', target: 4 }));
    unread.beginCount();
    unread.take(entry(7, { type: 'deletion', target: 5 }));
    unread.finishCount({ unread: 2, head: 6, read: 2 });
    expect(unread.isStale).toBe(true);
  });

  it('is not put back by a count that a read has overtaken', () => {
    const unread = counter(3, 5);
    expect(unread.replace({ unread: 0, head: 5, read: 5 })).toBe(true);
    expect(unread.replace({ unread: 2, head: 5, read: 3 })).toBe(false);
    unread.takeNews();
    unread.take(entry(6));
    expect(unread.takeNews()).toEqual({ head: 6, unread: 1 });
  });

  it('says what the store says, whatever comes between a count and its result', () => {
    // What makes the store count is rare, so that sums are seen to be right as well.
    const step = fc.oneof(
      { weight: 20, arbitrary: fc.constantFrom('theirs', 'own', 'see', 'see') },
      { weight: 10, arbitrary: fc.constantFrom('read', 'first', 'last', 'begin', 'finish') },
      { weight: 1, arbitrary: fc.constant('lose') },
      { weight: 1, arbitrary: fc.nat({ max: 9 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const room = new Room();
        const unread = new UnreadCounter('ops', 'alice', room.count());
        let counting: Counted | undefined;
        /** Answers to reads, on their way. */
        const answers: Counted[] = [];
        for (const action of steps) {
          if (typeof action === 'number') {
            room.remove(action % (room.log.length + 1));
          } else if (action === 'theirs' || action === 'own') {
            room.add({ from: action === 'own' ? 'alice' : 'bob' });
          } else if (action === 'see' && room.seen < room.log.length) {
            unread.take(room.log[room.seen]!);
            room.seen += 1;
          } else if (action === 'lose') {
            room.seen = Math.min(room.seen + 1, room.log.length);
          } else if (action === 'read') {
            room.read = Math.ceil((room.read + room.log.length) / 2);
            answers.push(room.count());
          } else if ((action === 'first' || action === 'last') && answers.length > 0) {
            unread.replace(action === 'first' ? answers.shift()! : answers.pop()!);
          } else if (action === 'begin' && counting === undefined) {
            unread.beginCount();
            counting = room.count();
          } else if (action === 'finish' && counting !== undefined) {
            unread.finishCount(counting);
            counting = undefined;
          }
        }
        if (counting !== undefined) {
          unread.finishCount(counting);
        }
        answers.forEach((answer) => unread.replace(answer));
        for (const missing of room.log.slice(room.seen)) {
          unread.take(missing);
        }
        // What was lost last is seen to be missing with the next entry.
        room.add({ from: 'alice' });
        unread.take(room.log.at(-1)!);
        if (unread.isStale) {
          unread.beginCount();
          unread.finishCount(room.count());
        }
        expect(unread.isStale).toBe(false);
        expect(unread.takeNews()).toEqual({ head: room.log.length, unread: room.unread() });
      }),
      { numRuns: 2000 },
    );
  });
});
