import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { StoreRefused } from '../../../ports/store-refused.js';
import { withoutData } from './pg-errors.js';

const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Prepares the database, again and again until it has worked once. */
export class FirstConnection {
  isDone = false;
  private readonly logger = new Logger('PostgreSQL');
  private readonly abort = new AbortController();
  private readonly finished: Promise<void>;

  /** `prepare` throws `StoreRefused` when trying again does not help. */
  constructor(private readonly prepare: (signal: AbortSignal) => Promise<void>) {
    this.finished = this.repeat();
    // Whoever waits gets it too; without anyone waiting it is not unhandled.
    this.finished.catch(() => undefined);
  }

  /** Resolves when it has worked or the time is over, true in the first case. Rejects with `StoreRefused`. */
  async wait(limitMs: number): Promise<boolean> {
    const limit = new AbortController();
    const timer = pause(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
    try {
      await Promise.race([this.finished, timer]);
      return this.isDone;
    } finally {
      limit.abort();
    }
  }

  /** Calls back when it turns out too late for `wait` that the database must not be used. */
  async onRefused(callback: (error: StoreRefused) => void): Promise<void> {
    try {
      await this.finished;
    } catch (error) {
      callback(error as StoreRefused);
    }
  }

  /** Gives up. Resolves once nothing is tried any more. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.finished.catch(() => undefined);
  }

  private async repeat(): Promise<void> {
    const { signal } = this.abort;
    let lastReason = '';
    for (let delayMs = FIRST_DELAY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
      try {
        await this.prepare(signal);
        this.isDone = true;
        return;
      } catch (error) {
        if (error instanceof StoreRefused) {
          throw error;
        }
        const reason = withoutData(error).message;
        if (reason !== lastReason && !signal.aborted) {
          this.logger.warn(`The database cannot be used yet, trying again: ${reason}`);
        }
        lastReason = reason;
      }
      // Gateways that lost the database together must not come back together.
      const jitteredMs = delayMs * (0.5 + Math.random() / 2);
      await pause(jitteredMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
