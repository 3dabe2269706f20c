import type { Quote } from '../protocol/quote.js';

/** What a feed says of a symbol: only the fields that changed. The board adds times, `seq`, change and quality. */
export type QuoteTick = { readonly symbol: string } & Partial<
  Omit<Quote, 'symbol' | 'epoch' | 'seq' | 'receivedTime' | 'change' | 'changePercent' | 'quality' | 'source'>
>;

/** Where a feed puts its ticks. Never throws. */
export interface QuoteSink {
  tick(tick: QuoteTick): void;
}

/** A source of quotes. Feeds never throw into the core; what they cannot read they count as a bad tick. */
export abstract class QuoteFeed {
  /** Goes on the wire as `source`. */
  abstract readonly name: string;
  /** What every quote of this feed is labelled with: generated prices must never look real. */
  abstract readonly quality: 'realtime' | 'delayed' | 'simulated' | 'replayed';
  /** The symbols this feed can quote, known before `start`. */
  abstract readonly symbols: readonly string[];
  /** Resolves once the feed runs; rejects when it never can (a file that is not there). */
  abstract start(sink: QuoteSink): Promise<void>;
  abstract stop(): Promise<void>;
  /** Somebody watches these symbols now. A feed may wait for that before it plays anything. */
  abstract watch(symbols: readonly string[]): void;
}
