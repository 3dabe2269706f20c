import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import type { QuoteTick } from '../../ports/quote-feed.port.js';
import { SimulatorFeed } from './simulator.feed.js';

const INTERVAL_MS = 1000;

/** What a feed of these symbols says in `seconds`. */
async function play(symbols: readonly string[], seed: number, seconds: number): Promise<QuoteTick[]> {
  const clock = new FakeClock();
  const feed = new SimulatorFeed(symbols, seed, INTERVAL_MS, clock);
  const ticks: QuoteTick[] = [];
  await feed.start({ tick: (tick) => ticks.push(tick) });
  clock.advance(seconds * 1000);
  await feed.stop();
  return ticks;
}

const of = (ticks: readonly QuoteTick[], symbol: string): QuoteTick[] =>
  ticks.filter((tick) => tick.symbol === symbol);

describe('simulated market', () => {
  it('is the same for the same seed, and another one for another', async () => {
    const first = await play(['AAPL', 'EURUSD'], 42, 50);
    expect(await play(['AAPL', 'EURUSD'], 42, 50)).toEqual(first);
    expect(await play(['AAPL', 'EURUSD'], 43, 50)).not.toEqual(first);
  });

  it('gives a symbol the same prices whatever stands beside it', async () => {
    const alone = await play(['MSFT'], 42, 20);
    const amongOthers = await play(['AAPL', 'MSFT', 'BTC-USD'], 42, 20);
    expect(of(amongOthers, 'MSFT')).toEqual(alone);
  });

  it('gives each symbol a walk of its own', async () => {
    const ticks = await play(['AAPL', 'MSFT'], 42, 20);
    const moves = (symbol: string): number[] => {
      const lasts = of(ticks, symbol).map(({ last }) => Number(last));
      return lasts.slice(1).map((last, index) => Math.sign(last - lasts[index]!));
    };
    expect(moves('AAPL')).not.toEqual(moves('MSFT'));
  });

  it('says once what does not change', async () => {
    const [first, second] = await play(['AAPL'], 42, 1);
    expect(first).toMatchObject({ currency: 'USD', open: expect.any(String), prevClose: expect.any(String) });
    expect(second).not.toHaveProperty('open');
    expect(second).not.toHaveProperty('prevClose');
  });

  it('moves every symbol once per interval', async () => {
    const ticks = await play(['AAPL', 'MSFT'], 42, 10);
    expect([of(ticks, 'AAPL').length, of(ticks, 'MSFT').length]).toEqual([11, 11]);
    expect(new Set(of(ticks, 'AAPL').map(({ last }) => last)).size).toBeGreaterThan(5);
  });

  it.each([
    ['AAPL', 40, 480, 2],
    ['BTC-USD', 60_000, 110_000, 2],
    ['ETH-USD', 1500, 4500, 2],
    ['EURUSD', 1.02, 1.35, 5],
  ])('is plausible for %s', async (symbol, from, to, decimals) => {
    const ticks = await play([symbol], 42, 3600);
    const numbers = (field: 'bid' | 'ask' | 'last' | 'high' | 'low' | 'volume'): number[] =>
      ticks.map((tick) => Number(tick[field]));
    const [bids, asks, lasts, volumes] = [numbers('bid'), numbers('ask'), numbers('last'), numbers('volume')];
    const holds = (rule: (last: number, index: number) => boolean): boolean => lasts.every(rule);
    expect(ticks).toHaveLength(3601);
    expect(
      holds((last, index) => bids[index]! < asks[index]! && bids[index]! <= last && last <= asks[index]!),
    ).toBe(true);
    // An hour of a walk without drift does not leave its range far behind.
    expect(holds((last) => last > from * 0.5 && last < to * 2)).toBe(true);
    expect(ticks.every(({ last }) => last?.split('.')[1]?.length === decimals)).toBe(true);
    const extremes = (pick: (...values: number[]) => number): number[] =>
      lasts.map((_, index) => pick(...lasts.slice(0, index + 1)));
    expect(numbers('high')).toEqual(extremes(Math.max));
    expect(numbers('low')).toEqual(extremes(Math.min));
    expect(Math.max(...lasts)).toBeGreaterThan(Math.min(...lasts));
    expect(volumes).toEqual(volumes.toSorted((left, right) => left - right));
    expect(volumes.at(-1)).toBeGreaterThan(0);
  });
});
