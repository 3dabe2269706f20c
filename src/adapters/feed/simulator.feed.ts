import type { Clock } from '../../ports/clock.port.js';
import { QuoteFeed, type QuoteSink } from '../../ports/quote-feed.port.js';
import { SimulatedInstrument } from './simulated-instrument.js';

/** A market out of a seeded random walk: the same seed gives the same prices. Labelled `simulated`. */
export class SimulatorFeed extends QuoteFeed {
  readonly name = 'simulator';
  readonly quality = 'simulated';

  private readonly instruments: readonly SimulatedInstrument[];
  private stopTimer: () => void = () => {};

  constructor(
    readonly symbols: readonly string[],
    seed: number,
    private readonly intervalMs: number,
    private readonly clock: Clock,
  ) {
    super();
    this.instruments = symbols.map((symbol) => new SimulatedInstrument(symbol, seed));
  }

  start(sink: QuoteSink): Promise<void> {
    for (const instrument of this.instruments) {
      sink.tick(instrument.first());
    }
    this.stopTimer = this.clock.every(this.intervalMs, () => {
      for (const instrument of this.instruments) {
        sink.tick(instrument.next(this.intervalMs));
      }
    });
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stopTimer();
    return Promise.resolve();
  }

  watch(): void {
    // All symbols move whether watched or not: a walk costs next to nothing.
  }
}
