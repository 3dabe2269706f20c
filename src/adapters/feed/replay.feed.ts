import { readFileSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { Clock } from '../../ports/clock.port.js';
import { QuoteFeed, type QuoteSink } from '../../ports/quote-feed.port.js';
import { type Bar, ticksOf } from './bar-ticks.js';
import { BarFileError, parseBars } from './csv-bars.js';

export interface ReplayOptions {
  readonly file: string;
  /** Names the bars of a file that has no `symbol` column. */
  readonly symbol: string;
  readonly intervalMs: number;
  readonly barsPerInterval: number;
}

/** Plays recorded daily bars, from the first to the last, once somebody watches. Labelled `replayed`. */
export class ReplayFeed extends QuoteFeed {
  readonly name = 'replay';
  readonly quality = 'replayed';
  readonly symbols: readonly string[];

  private readonly logger = new Logger('Replay');
  private readonly bars: readonly Bar[];
  private position = 0;
  private sink: QuoteSink | undefined;
  private stopTimer: (() => void) | undefined;

  /** Reads the file at once: one that is not there or holds no bars must stop the boot. */
  constructor(
    private readonly options: ReplayOptions,
    private readonly clock: Clock,
  ) {
    super();
    const { bars, badRows } = parseBars(readFileSync(options.file, 'utf8'), options.symbol);
    if (badRows > 0) {
      this.logger.warn(`${badRows} rows of the bar file are not usable`);
    }
    if (bars.length === 0) {
      throw new BarFileError('The bar file holds no usable bars');
    }
    this.bars = bars;
    this.symbols = [...new Set(bars.map(({ symbol }) => symbol))];
  }

  start(sink: QuoteSink): Promise<void> {
    this.sink = sink;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stopTimer?.();
    return Promise.resolve();
  }

  watch(): void {
    this.stopTimer ??= this.clock.every(this.options.intervalMs, () => this.play());
  }

  private play(): void {
    const end = Math.min(this.position + this.options.barsPerInterval, this.bars.length);
    for (; this.position < end; this.position += 1) {
      for (const tick of ticksOf(this.bars[this.position]!)) {
        this.sink?.tick(tick);
      }
    }
    if (this.position === this.bars.length) {
      this.stopTimer?.();
    }
  }
}
