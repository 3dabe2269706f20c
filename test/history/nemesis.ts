import { seededRandom, seedOf } from '../../src/adapters/feed/seeded-random.js';
import type { History } from './history.js';

/** One way to do harm. Resolves when what was harmed is running again. */
export interface Strike {
  readonly name: string;
  readonly strike: (pause: () => Promise<void>) => Promise<void>;
}

const LONGEST_PAUSE_MS = 400;

/** Does harm at random moments. */
export class Nemesis {
  private readonly random: () => number;

  constructor(
    seed: number,
    private readonly history: History,
    private readonly strikes: readonly Strike[],
    /** Mean time between the end of one strike and the next. */
    private readonly everyMs: number,
  ) {
    this.random = seededRandom(seedOf(seed, 'nemesis'));
  }

  /** Strikes `count` times and leaves everything running. */
  async run(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      await delay(this.everyMs * (0.5 + this.random()));
      // In turn, so that a short run has all of them.
      const { name, strike } = this.strikes[index % this.strikes.length]!;
      this.history.fault(name);
      await strike(() => delay(this.random() * LONGEST_PAUSE_MS));
      this.history.fault(`${name}: over`);
    }
    await delay(this.everyMs);
  }
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
