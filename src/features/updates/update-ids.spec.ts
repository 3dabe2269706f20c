import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { UPDATE_ID, UpdateIds } from './update-ids.js';

it('grow, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 50 }), (steps) => {
      const clock = new FakeClock();
      const ids = new UpdateIds(clock);
      const given = steps.map((ms) => {
        clock.stepWall(ms);
        return ids.next();
      });
      expect(given).toEqual(given.toSorted());
      expect(new Set(given).size).toBe(given.length);
      expect(given.every((id) => UPDATE_ID.test(id))).toBe(true);
    }),
  );
});

it('grow beyond what a millisecond can number', () => {
  const ids = new UpdateIds(new FakeClock());
  const given = Array.from({ length: 10_000 }, () => ids.next());
  expect(given).toEqual(given.toSorted());
});

it('hold the time they were made at', () => {
  const clock = new FakeClock();
  const id = new UpdateIds(clock).next();
  expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(clock.epochMs());
});
