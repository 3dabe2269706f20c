import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReplayFeed } from '../../src/adapters/feed/replay.feed.js';
import { SimulatorFeed } from '../../src/adapters/feed/simulator.feed.js';
import { QuoteBoard } from '../../src/features/quotes/quote-board.js';
import type { QuoteFeed, QuoteTick } from '../../src/ports/quote-feed.port.js';
import { FakeClock } from '../harness/fake.clock.js';

Logger.overrideLogger(false);

const INTERVAL_MS = 100;
const FIELDS = new Set([
  'symbol',
  'currency',
  'bid',
  'bidSize',
  'ask',
  'askSize',
  'last',
  'lastSize',
  'open',
  'high',
  'low',
  'prevClose',
  'reference',
  'volume',
  'session',
  'exchangeTime',
]);

/** What the quotes service relies on, wherever quotes come from. Feeds get a fake clock; 100 ms are one interval. */
function quoteFeedContract(name: string, create: (clock: FakeClock) => QuoteFeed): void {
  describe(name, () => {
    async function started(): Promise<{ feed: QuoteFeed; clock: FakeClock; ticks: QuoteTick[] }> {
      const clock = new FakeClock();
      const feed = create(clock);
      const ticks: QuoteTick[] = [];
      await feed.start({ tick: (tick) => ticks.push(tick) });
      return { feed, clock, ticks };
    }

    async function watched(): Promise<{ feed: QuoteFeed; clock: FakeClock; ticks: QuoteTick[] }> {
      const subject = await started();
      subject.feed.watch(subject.feed.symbols);
      subject.clock.advance(10 * INTERVAL_MS);
      return subject;
    }

    it('has a name, a label and its symbols before it starts', () => {
      const { name: source, quality, symbols } = create(new FakeClock());
      expect(source).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(['realtime', 'delayed', 'simulated', 'replayed']).toContain(quality);
      expect(symbols.length).toBeGreaterThan(0);
      expect(new Set(symbols).size).toBe(symbols.length);
    });

    it('quotes every symbol it names once somebody watches, and no other', async () => {
      const { feed, ticks } = await watched();
      expect(new Set(ticks.map(({ symbol }) => symbol))).toEqual(new Set(feed.symbols));
    });

    it('says nothing that the board refuses', async () => {
      const { ticks } = await watched();
      const board = new QuoteBoard({ source: 'x', quality: 'simulated', epoch: 1 });
      expect(ticks.filter((tick) => board.apply(tick, 0) === undefined)).toEqual([]);
    });

    it('sends only fields of a tick, each with a value', async () => {
      const { ticks } = await watched();
      for (const tick of ticks) {
        expect(Object.keys(tick).filter((field) => !FIELDS.has(field))).toEqual([]);
        expect(Object.values(tick)).not.toContain(undefined);
      }
    });

    it('does not contradict itself: low ≤ last ≤ high, bid ≤ ask', async () => {
      const { ticks } = await watched();
      for (const { low = '0', last = '0', high = 'Infinity', bid = '0', ask = 'Infinity' } of ticks) {
        expect(Number(low)).toBeLessThanOrEqual(Number(last));
        expect(Number(last)).toBeLessThanOrEqual(Number(high));
        expect(Number(bid)).toBeLessThanOrEqual(Number(ask));
      }
    });

    it('is watched by many as by one', async () => {
      const [once, often] = [await watched(), await started()];
      for (let watcher = 0; watcher < 5; watcher += 1) {
        often.feed.watch(often.feed.symbols);
      }
      often.feed.watch([]);
      often.clock.advance(10 * INTERVAL_MS);
      expect(often.ticks).toEqual(once.ticks);
    });

    it('is silent after it was stopped, watched or not', async () => {
      const { feed, clock, ticks } = await started();
      feed.watch(feed.symbols);
      clock.advance(INTERVAL_MS);
      await feed.stop();
      const { length } = ticks;
      feed.watch(feed.symbols);
      clock.advance(100 * INTERVAL_MS);
      expect(ticks).toHaveLength(length);
    });

    it('can be stopped before it started', async () => {
      await expect(create(new FakeClock()).stop()).resolves.toBeUndefined();
    });
  });
}

describe('quote feeds', () => {
  let folder: string;
  const file = (name: string, lines: readonly string[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.join('\n'));
    return path;
  };
  const replay = (path: string, clock = new FakeClock(), barsPerInterval = 1): ReplayFeed =>
    new ReplayFeed({ file: path, symbol: 'AAPL', intervalMs: INTERVAL_MS, barsPerInterval }, clock);

  const HEADER = 'symbol,date,open,high,low,close,volume';
  const BARS = [
    HEADER,
    'AAPL,2024-01-02,10,12,9,11,100',
    'MSFT,2024-01-02,20,22,19,19.5,50',
    'AAPL,2024-01-03,11,13,10,12,103',
    'MSFT,2024-01-03,19,21,18,20,7',
    'AAPL,bad,11,13,10,12,103',
  ];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tidegate-feed-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  quoteFeedContract(
    'SimulatorFeed',
    (clock) => new SimulatorFeed(['AAPL', 'BTC-USD', 'EURUSD'], 42, INTERVAL_MS, clock),
  );
  quoteFeedContract('ReplayFeed', (clock) => replay(file('bars.csv', BARS), clock));

  describe('ReplayFeed', () => {
    async function play(
      barsPerInterval: number,
    ): Promise<{ clock: FakeClock; feed: QuoteFeed; ticks: QuoteTick[] }> {
      const clock = new FakeClock();
      const feed = replay(file('bars.csv', BARS), clock, barsPerInterval);
      const ticks: QuoteTick[] = [];
      await feed.start({ tick: (tick) => ticks.push(tick) });
      return { clock, feed, ticks };
    }

    it('waits until somebody watches', async () => {
      const { clock, feed, ticks } = await play(1);
      clock.advance(100 * INTERVAL_MS);
      expect(ticks).toEqual([]);
      feed.watch(['AAPL']);
      clock.advance(INTERVAL_MS);
      expect(ticks.map(({ symbol, last }) => `${symbol} ${last}`)).toEqual([
        'AAPL 10',
        'AAPL 9',
        'AAPL 12',
        'AAPL 11',
      ]);
    });

    it('plays bars in the order of the file, so many per interval, to the last and once', async () => {
      const { clock, feed, ticks } = await play(3);
      feed.watch(feed.symbols);
      clock.advance(INTERVAL_MS);
      expect(ticks).toHaveLength(12);
      clock.advance(100 * INTERVAL_MS);
      expect(ticks).toHaveLength(16);
      expect(ticks.at(-1)).toMatchObject({ symbol: 'MSFT', last: '20', volume: '7', session: 'closed' });
    });

    it.each([
      ['is not there', () => join(folder, 'missing.csv')],
      ['is no bar file', () => file('other.csv', ['a,b', '1,2'])],
      ['holds no bars', () => file('empty.csv', [HEADER])],
      ['holds bad rows alone', () => file('bad.csv', [HEADER, 'AAPL,bad,1,1,1,1,1'])],
    ])('stops the boot when its file %s', (_what, path) => {
      expect(() => replay(path())).toThrow();
    });
  });
});
