import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { retryDelayMs } from './retry-schedule.js';

const bounds = (): (number | undefined)[] =>
  Array.from({ length: 10 }, (_, index) => retryDelayMs(index + 1, () => 1));

describe('the retry schedule', () => {
  it('grows from five seconds to an hour and ends after ten attempts', () => {
    expect(bounds()).toEqual([
      5_000,
      20_000,
      80_000,
      320_000,
      1_280_000,
      3_600_000,
      3_600_000,
      3_600_000,
      3_600_000,
      undefined,
    ]);
  });

  it('draws from the whole range below its bound', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (failed, drawn) => {
          const delayMs = retryDelayMs(failed, () => drawn)!;
          expect(Number.isInteger(delayMs)).toBe(true);
          expect(delayMs).toBe(Math.floor(bounds()[failed - 1]! * drawn));
        },
      ),
    );
  });

  it('has nothing left for a job beyond its attempts', () => {
    expect(retryDelayMs(11)).toBeUndefined();
  });
});
