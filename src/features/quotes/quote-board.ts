import type { QuoteTick } from '../../ports/quote-feed.port.js';
import type { Quote } from '../../protocol/quote.js';
import { changeFrom, isDecimal, isNotNegative, isPositive } from './decimal.js';

const PRICES = ['bid', 'ask', 'last', 'open', 'high', 'low', 'prevClose'] as const;
const SIZES = ['bidSize', 'askSize', 'lastSize', 'volume'] as const;

/** Fields of every update, changed or not: what it is, which value it is, and that a generated price is no real one. */
const IDENTITY = ['symbol', 'quality', 'receivedTime', 'epoch', 'seq'] as const;

interface Entry {
  /** The newest value. */
  latest: Quote;
  /** The newest value that subscribers were sent; what a snapshot shows. */
  published?: Quote;
  /** Fields an update carries: all that ever changed since the first snapshot. */
  readonly changing: Set<keyof Quote>;
}

export interface BoardLabels {
  readonly source: string;
  readonly quality: Quote['quality'];
  readonly epoch: number;
}

/** The last value of every symbol: merges the feed's partial ticks, numbers them, computes what is derived. */
export class QuoteBoard {
  private readonly entries = new Map<string, Entry>();
  /** Symbols with subscribers that could be given no snapshot: they are sent whole records. */
  private readonly withoutSnapshot = new Set<string>();

  constructor(private readonly labels: BoardLabels) {}

  /** The full record as last published; undefined while there is none. */
  snapshot(symbol: string): Quote | undefined {
    return this.entries.get(symbol)?.published;
  }

  /** Notes that somebody subscribes the symbol now. */
  subscribed(symbol: string): void {
    if (this.snapshot(symbol) === undefined) {
      this.withoutSnapshot.add(symbol);
    }
  }

  /** Takes a tick in and returns the new record; undefined when the tick is not usable. */
  apply(tick: QuoteTick, receivedTime: number): Quote | undefined {
    if (!isUsable(tick)) {
      return undefined;
    }
    const entry = this.entries.get(tick.symbol);
    const merged = { reference: 'prevClose' as const, ...entry?.latest, ...tick };
    const seq = (entry?.latest.seq ?? 0) + 1;
    const quote: Quote = { ...merged, ...derived(merged), ...this.labels, receivedTime, seq };
    if (entry === undefined) {
      this.entries.set(tick.symbol, { latest: quote, changing: new Set(IDENTITY) });
    } else {
      entry.latest = quote;
    }
    return quote;
  }

  /**
   * The update that publishes a record. It repeats every field that ever changed, so that whoever skips some updates
   * still holds the whole truth after the last; what never changed came with the snapshot.
   */
  publish(quote: Quote): Partial<Quote> {
    const entry = this.entries.get(quote.symbol)!;
    const { published, changing } = entry;
    entry.published = quote;
    if (published === undefined || this.withoutSnapshot.has(quote.symbol)) {
      return quote;
    }
    for (const field of Object.keys(quote) as (keyof Quote)[]) {
      if (quote[field] !== published[field]) {
        changing.add(field);
      }
    }
    return pick(quote, changing);
  }
}

function isUsable(tick: QuoteTick): boolean {
  const hasPrice = tick.bid !== undefined || tick.ask !== undefined || tick.last !== undefined;
  return (
    hasPrice &&
    PRICES.every(
      (field) => tick[field] === undefined || (isDecimal(tick[field]) && isPositive(tick[field])),
    ) &&
    SIZES.every(
      (field) => tick[field] === undefined || (isDecimal(tick[field]) && isNotNegative(tick[field])),
    )
  );
}

function derived({ last, prevClose }: QuoteTick): Pick<Quote, 'change' | 'changePercent'> {
  return last === undefined || prevClose === undefined ? {} : changeFrom(prevClose, last);
}

function pick(quote: Quote, fields: ReadonlySet<keyof Quote>): Partial<Quote> {
  const update: Record<string, unknown> = {};
  for (const field of fields) {
    update[field] = quote[field];
  }
  return update;
}
