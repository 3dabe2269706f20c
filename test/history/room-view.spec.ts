import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { RoomEntry } from '../../src/protocol/chat.js';
import { RoomView } from './room-view.js';
import { message, ROOM } from './sample-evidence.js';

const edit = (seq: number, target: number, body: string | null): RoomEntry => ({
  type: 'edit',
  room: ROOM,
  seq,
  from: 'alice',
  time: 0,
  target,
  body,
});

it('shows every entry once and in order, however often and in whatever order they arrive', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }).chain((count) =>
        fc.record({
          arrivals: fc.array(fc.integer({ min: 1, max: count }), { maxLength: 30 }),
          start: fc.integer({ min: 0, max: count }),
          count: fc.constant(count),
        }),
      ),
      ({ arrivals, start, count }) => {
        const view = new RoomView(ROOM, 1, [], start);
        arrivals.forEach((seq) => view.accept(message(seq)));
        expect(view.entries.map(({ seq }) => seq)).toEqual(
          Array.from({ length: view.last - start }, (_value, index) => start + 1 + index),
        );
        for (let seq = start + 1; seq <= count; seq += 1) {
          view.accept(message(seq));
        }
        expect(view.last).toBe(count);
        expect(view.hasGap).toBe(false);
      },
    ),
  );
});

it('shows what revisions make of messages', () => {
  const view = new RoomView(ROOM, 1, [message(4), message(5), message(6, null)], 6);
  view.accept(edit(7, 4, 'new'));
  view.accept(edit(8, 6, 'older than the deletion'));
  view.accept(edit(9, 5, null));
  view.accept(edit(10, 1, 'before what is shown'));
  view.accept({ type: 'deletion', room: ROOM, seq: 11, from: 'alice', time: 0, target: 5 });
  expect(view.entries.slice(0, 3)).toMatchObject([{ body: 'new' }, { body: null }, { body: null }]);
  expect(view.ownMessages('alice')).toEqual([4]);
});
