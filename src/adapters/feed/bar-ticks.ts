import { Big } from 'big.js';
import type { QuoteTick } from '../../ports/quote-feed.port.js';

/** One recorded day. Prices and volume are the text of the file; nothing turns them into floating point. */
export interface Bar {
  readonly symbol: string;
  /** Epoch milliseconds of the day's start, UTC. */
  readonly dayMs: number;
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  readonly prevClose: string | undefined;
}

/** The file knows the day alone; the hours (UTC) only give its four prices an order in time. */
const TICK_HOURS = [14.5, 16, 18, 21] as const;
const MS_PER_HOUR = 3_600_000;

/** Open, low, high, close of a day that rose, open, high, low, close of one that fell; the volume sums exactly. */
export function ticksOf(bar: Bar): QuoteTick[] {
  const hasRisen = new Big(bar.close).gte(bar.open);
  const path = hasRisen ? [bar.open, bar.low, bar.high, bar.close] : [bar.open, bar.high, bar.low, bar.close];
  const volume = BigInt(bar.volume);
  const part = volume / BigInt(path.length);
  let high = bar.open;
  let low = bar.open;
  let traded = 0n;
  return path.map((last, index) => {
    const isClose = index === path.length - 1;
    const size = isClose ? volume - traded : part;
    traded += size;
    high = new Big(last).gt(high) ? last : high;
    low = new Big(last).lt(low) ? last : low;
    return {
      symbol: bar.symbol,
      last,
      lastSize: size.toString(),
      open: bar.open,
      high,
      low,
      volume: traded.toString(),
      ...(bar.prevClose !== undefined && { prevClose: bar.prevClose }),
      session: isClose ? 'closed' : 'regular',
      exchangeTime: bar.dayMs + TICK_HOURS[index]! * MS_PER_HOUR,
    };
  });
}
