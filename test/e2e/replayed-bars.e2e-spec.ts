import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Big } from 'big.js';
import type { Quote } from '../../src/protocol/quote.js';
import { TestGateway } from '../harness/test-gateway.js';

/** S&P 500, daily, 2000-01-03 to 2020-04-17. Read where npm put it, never copied. */
const FILE = fileURLToPath(new URL('../../node_modules/vega-datasets/data/sp500-2000.csv', import.meta.url));
const DAYS = 5105;
const TICKS_PER_DAY = 4;

interface Candle {
  readonly date: string;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
}

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    QUOTES_FEED: `replay:${FILE}`,
    QUOTES_SYMBOLS: 'SP500',
    QUOTES_INTERVAL_MS: '10',
    QUOTES_REPLAY_BARS_PER_INTERVAL: '20',
  });
});
afterAll(() => gateway.close());

/** The recorded days, by their own short reader: not the one under test. */
function recordedCandles(): Candle[] {
  const [, ...lines] = readFileSync(FILE, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [date, open, high, low, close, , volume] = line.trim().split(',') as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    return { date, open, high, low, close, volume };
  });
}

/** Candles as a charting client builds them: from the traded prices and sizes alone. */
function candlesOf(quotes: readonly Quote[]): Candle[] {
  const days = new Map<string, Quote[]>();
  for (const quote of quotes) {
    const date = new Date(quote.exchangeTime!).toISOString().slice(0, 10);
    days.set(date, [...(days.get(date) ?? []), quote]);
  }
  return [...days].map(([date, ticks]) => {
    const prices = ticks.map(({ last }) => last!);
    return {
      date,
      open: prices[0]!,
      high: prices.reduce((high, price) => (new Big(price).gt(high) ? price : high)),
      low: prices.reduce((low, price) => (new Big(price).lt(low) ? price : low)),
      close: prices.at(-1)!,
      volume: ticks.reduce((sum, { lastSize }) => sum + BigInt(lastSize!), 0n).toString(),
    };
  });
}

it('lets a client rebuild every recorded day exactly, through feed, hub and socket', async () => {
  const recorded = recordedCandles();
  expect(recorded).toHaveLength(DAYS);
  const everything = await gateway.signIn('archivist');
  const newest = await gateway.signIn('viewer');
  // First, for the replay starts with whoever watches first.
  await everything.request('quotes.subscribe', { symbols: ['SP500'], mode: 'all' });
  await newest.request('quotes.subscribe', { symbols: ['SP500'] });

  const isEnd = ({ event, data }: { event: string; data: Quote[] }) =>
    event === 'quotes' && data.at(-1)?.seq === DAYS * TICKS_PER_DAY;
  await Promise.all([everything.nextMatching(isEnd), newest.nextMatching(isEnd)]);

  const quotes = everything.received
    .filter(({ event }) => event === 'quotes')
    .flatMap(({ data }) => data as Quote[]);
  expect(quotes.map(({ seq }) => seq)).toEqual(
    Array.from({ length: DAYS * TICKS_PER_DAY }, (_, index) => index + 1),
  );
  expect(new Set(quotes.map(({ quality }) => quality))).toEqual(new Set(['replayed']));
  expect(new Set(quotes.map(({ epoch }) => epoch)).size).toBe(1);
  expect(candlesOf(quotes)).toEqual(recorded);

  // Conflated, the same stream skips values, never goes back, and ends on the last recorded close.
  const seen = newest.received
    .filter(({ event }) => event === 'quotes')
    .flatMap(({ data }) => data as Quote[]);
  const numbers = seen.map(({ seq }) => seq);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  expect(numbers.length).toBeLessThan(DAYS * TICKS_PER_DAY);
  expect(seen.at(-1)!.last).toBe(recorded.at(-1)!.close);
}, 60_000);
