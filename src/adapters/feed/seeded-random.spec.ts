import { describe, expect, it } from '@jest/globals';
import { seededNormal, seededRandom, seedOf } from './seeded-random.js';

const draw = (next: () => number, count: number): number[] => Array.from({ length: count }, next);

describe('seeded random numbers', () => {
  it('are the same on every machine for the same seed', () => {
    // Pinned: a change here changes every simulated market.
    expect(draw(seededRandom(42), 3).map((value) => value.toFixed(9))).toEqual([
      '0.601103752',
      '0.448290559',
      '0.852465793',
    ]);
    expect(draw(seededRandom(1), 5)).not.toEqual(draw(seededRandom(2), 5));
  });

  it('lie in [0, 1) and fill it evenly', () => {
    const values = draw(seededRandom(7), 20_000);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      values.filter((value) => Math.floor(value * 10) === tenth),
    );
    tenths.forEach((tenth) => expect(Math.abs(tenth.length - 2000)).toBeLessThan(200));
  });

  it('can be normal, and never infinite', () => {
    const values = draw(seededNormal(seededRandom(7)), 20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(values.every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(seededNormal(() => 0)())).toBe(true);
  });

  it('have a seed for each name under a common one', () => {
    const seeds = ['AAPL', 'MSFT', 'AAPL ', ''].flatMap((name) => [seedOf(1, name), seedOf(2, name)]);
    expect(new Set(seeds).size).toBe(seeds.length);
    expect(seedOf(1, 'AAPL')).toBe(seedOf(1, 'AAPL'));
  });
});
