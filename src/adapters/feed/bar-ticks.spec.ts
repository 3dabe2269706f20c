import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type Bar, ticksOf } from './bar-ticks.js';

const bar = (more: Partial<Bar> = {}): Bar => ({
  symbol: 'A',
  dayMs: Date.UTC(2024, 0, 2),
  open: '10',
  high: '12',
  low: '9',
  close: '11',
  volume: '103',
  prevClose: '9.5',
  ...more,
});

const prices = (ticks: readonly { last?: string }[]): (string | undefined)[] => ticks.map(({ last }) => last);

describe('the ticks of a bar', () => {
  it('go open, low, high, close on a day that rose', () => {
    expect(prices(ticksOf(bar()))).toEqual(['10', '9', '12', '11']);
  });

  it('go open, high, low, close on a day that fell', () => {
    expect(prices(ticksOf(bar({ close: '9.5' })))).toEqual(['10', '12', '9', '9.5']);
  });

  it('take a day that ended where it began for one that rose', () => {
    expect(prices(ticksOf(bar({ close: '10.00' })))).toEqual(['10', '9', '12', '10.00']);
  });

  it('compare prices as numbers and keep their text', () => {
    expect(prices(ticksOf(bar({ open: '9.5', low: '9.40', high: '10.5', close: '10.0' })))).toEqual([
      '9.5',
      '9.40',
      '10.5',
      '10.0',
    ]);
  });

  it('know high and low as far as the day has gone', () => {
    const ticks = ticksOf(bar());
    expect(ticks.map(({ high }) => high)).toEqual(['10', '10', '12', '12']);
    expect(ticks.map(({ low }) => low)).toEqual(['10', '9', '9', '9']);
  });

  it('are in order of time within their day, and the last one closes it', () => {
    const ticks = ticksOf(bar());
    const times = ticks.map(({ exchangeTime }) => new Date(exchangeTime!).toISOString());
    expect(times).toEqual(times.toSorted());
    expect(times.every((time) => time.startsWith('2024-01-02T'))).toBe(true);
    expect(ticks.map(({ session }) => session)).toEqual(['regular', 'regular', 'regular', 'closed']);
  });

  it('carry the previous close where there is one', () => {
    expect(ticksOf(bar()).every(({ prevClose }) => prevClose === '9.5')).toBe(true);
    expect(ticksOf(bar({ prevClose: undefined })).some((tick) => 'prevClose' in tick)).toBe(false);
  });

  it('sum up to the volume of the day exactly, however large and odd', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (volume) => {
        const ticks = ticksOf(bar({ volume: volume.toString() }));
        const sizes = ticks.map(({ lastSize }) => BigInt(lastSize!));
        const traded = ticks.map((tick) => BigInt(tick.volume!));
        expect(sizes.reduce((sum, size) => sum + size, 0n)).toBe(volume);
        expect(traded.at(-1)).toBe(volume);
        expect(sizes.every((size) => size >= 0n)).toBe(true);
        traded.forEach((sum, index) => expect(sum - (traded[index - 1] ?? 0n)).toBe(sizes[index]));
      }),
    );
  });
});
