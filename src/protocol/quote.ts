/** A decimal number as text, `^-?\d+(\.\d+)?$`: no exponent, the scale as the source gave it. */
export type Decimal = string;

export type QuoteQuality = 'realtime' | 'delayed' | 'stale' | 'simulated' | 'replayed';
export type MarketSession = 'pre' | 'regular' | 'post' | 'closed' | 'halted' | 'auction';

/**
 * One instrument's market. Prices are in `currency` per unit of the instrument, sizes and `volume` in units of it.
 * In an update an absent field is unchanged; in a snapshot it is a field this feed does not give.
 */
export interface Quote {
  readonly symbol: string;
  readonly currency?: string;
  readonly bid?: Decimal;
  readonly bidSize?: Decimal;
  readonly ask?: Decimal;
  readonly askSize?: Decimal;
  readonly last?: Decimal;
  readonly lastSize?: Decimal;
  readonly open?: Decimal;
  readonly high?: Decimal;
  readonly low?: Decimal;
  readonly prevClose?: Decimal;
  /** What `change` is counted from. */
  readonly reference?: 'prevClose' | 'rolling24h';
  /** `last - prevClose`. */
  readonly change?: Decimal;
  /** `change / prevClose × 100`, 4 decimals, half away from zero. */
  readonly changePercent?: Decimal;
  readonly volume?: Decimal;
  readonly session?: MarketSession;
  readonly quality: QuoteQuality;
  /** The matching engine's clock, epoch milliseconds; absent where the source has none. */
  readonly exchangeTime?: number;
  /** When the gateway took it in, epoch milliseconds. */
  readonly receivedTime: number;
  /** Term of the quote leader. */
  readonly epoch: number;
  /** Number of the value within symbol and epoch, from 1, without holes at the source. */
  readonly seq: number;
  readonly source: string;
}
