import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { UnreadCounter } from './unread-counter.js';
import { UnreadTable } from './unread-table.js';

const names = ['a', 'b', 'c'];
const name = fc.constantFrom(...names);

const step = fc.oneof(
  fc.record({ do: fc.constant('add' as const), room: name, user: name }),
  fc.record({
    do: fc.constantFrom('remove' as const, 'room' as const, 'user' as const),
    room: name,
    user: name,
  }),
);

/** The entries of its two indexes, which are private. */
const sizesOf = (table: UnreadTable): number[] => {
  const { byRoom, roomsByUser } = table as unknown as Record<string, Map<string, { size: number }>>;
  return [byRoom!, roomsByUser!].map((index) => [...index.values()].reduce((sum, { size }) => sum + size, 0));
};

describe('the table of unread counters', () => {
  it('holds what was added and not removed, in both its indexes', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const table = new UnreadTable();
        const model = new Map<string, UnreadCounter>();
        for (const { do: action, room, user } of steps) {
          if (action === 'add') {
            const counter = new UnreadCounter(room, user, { unread: 0, head: 0, read: 0 });
            table.add(counter);
            model.set(room + user, counter);
          } else if (action === 'remove') {
            table.remove(room, user);
            model.delete(room + user);
          } else if (action === 'room') {
            table.removeRoom(room);
            names.forEach((other) => model.delete(room + other));
          } else {
            table.removeUser(user);
            names.forEach((other) => model.delete(other + user));
          }
        }
        for (const room of names) {
          for (const user of names) {
            expect(table.find(room, user)).toBe(model.get(room + user));
          }
        }
        expect(sizesOf(table)).toEqual([model.size, model.size]);
      }),
    );
  });
});
