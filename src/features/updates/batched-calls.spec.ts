import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { turn } from '../../../test/harness/hub-fixture.js';
import { BatchedCalls } from './batched-calls.js';

it('makes one call of what comes in a turn, and the next of what comes meanwhile', async () => {
  const batches: (readonly number[])[] = [];
  let finish: () => void = () => {};
  const calls = new BatchedCalls(async (items: readonly number[]) => {
    batches.push(items);
    await new Promise<void>((resolve) => (finish = resolve));
    return items.map((item) => item * 2);
  }, 10);
  const first = [calls.add(1), calls.add(2)];
  await turn();
  const second = [calls.add(3), calls.add(4)];
  await turn();
  expect(batches).toEqual([[1, 2]]);
  finish();
  expect(await Promise.all(first)).toEqual([2, 4]);
  await turn();
  finish();
  expect(await Promise.all(second)).toEqual([6, 8]);
  expect(batches).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

it('fails those of a failed call alone', async () => {
  const calls = new BatchedCalls(async (items: readonly string[]) => {
    if (items.includes('bad')) {
      throw new Error('refused');
    }
    return items;
  }, 2);
  const outcomes = await Promise.allSettled(['a', 'bad', 'b'].map((item) => calls.add(item)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(await calls.add('later')).toBe('later');
});

it('gives everybody their own outcome, and no batch above the bound', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { maxLength: 60 }),
      fc.integer({ min: 1, max: 7 }),
      async (gaps, max) => {
        let largest = 0;
        let running = 0;
        const calls = new BatchedCalls(async (items: readonly number[]) => {
          running += 1;
          expect(running).toBe(1);
          largest = Math.max(largest, items.length);
          await turn();
          running -= 1;
          return items.map((item) => -item);
        }, max);
        const outcomes: Promise<number>[] = [];
        for (const [index, gap] of gaps.entries()) {
          for (let turns = 0; turns < gap; turns += 1) {
            await turn();
          }
          outcomes.push(calls.add(index));
        }
        expect(await Promise.all(outcomes)).toEqual(gaps.map((_, index) => -index));
        expect(largest).toBeLessThanOrEqual(max);
      },
    ),
    { numRuns: 30 },
  );
});

it('pauses after a call where it is told to, so that the next one takes more along', async () => {
  const batches: (readonly number[])[] = [];
  let goOn: () => void = () => {};
  const calls = new BatchedCalls(
    async (items: readonly number[]) => {
      batches.push(items);
      return items;
    },
    3,
    () => new Promise<void>((resolve) => (goOn = resolve)),
  );
  expect(await calls.add(1)).toBe(1);
  const later = [calls.add(2)];
  await turn();
  await turn();
  later.push(calls.add(3));
  expect(batches).toEqual([[1]]);
  goOn();
  expect(await Promise.all(later)).toEqual([2, 3]);
  // A full batch does not wait.
  const many = [4, 5, 6, 7, 8, 9].map((item) => calls.add(item));
  expect(await Promise.all(many)).toEqual([4, 5, 6, 7, 8, 9]);
  expect(batches.slice(1)).toEqual([
    [2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ]);
});
