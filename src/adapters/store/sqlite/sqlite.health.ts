import { StoreHealth } from '../../../ports/store-health.port.js';

const DEADLINE_MS = 1_000;
const CACHED_MS = 1_000;

/** Asks the store's thread, at most once a second. It is never `starting`: the gateway boots with an open database. */
export class SqliteHealth extends StoreHealth {
  private answer: Promise<'up' | 'down'> | undefined;
  private askedAtMs = 0;

  constructor(private readonly ping: () => Promise<unknown>) {
    super();
  }

  check(): Promise<'up' | 'down'> {
    const nowMs = performance.now();
    if (this.answer === undefined || nowMs - this.askedAtMs >= CACHED_MS) {
      this.askedAtMs = nowMs;
      this.answer = this.ask();
    }
    return this.answer;
  }

  private ask(): Promise<'up' | 'down'> {
    return new Promise((resolve) => {
      const deadline = setTimeout(() => resolve('down'), DEADLINE_MS);
      this.ping()
        .then(
          () => resolve('up'),
          () => resolve('down'),
        )
        .finally(() => clearTimeout(deadline));
    });
  }
}
