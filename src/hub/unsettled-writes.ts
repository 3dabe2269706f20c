import { Logger } from '@nestjs/common';
import { stackFramesOf } from '../observability/stack-frames.js';
import type { Clock } from '../ports/clock.port.js';
import { StoreUnavailable } from '../ports/store-unavailable.js';

const CHECK_INTERVAL_MS = 500;

/** A commit that has not shown by then was rolled back. */
const GIVE_UP_MS = 60_000;

/** Writes whose commit was under way when the store was lost, looked for until they show or never will. */
export class UnsettledWrites<Write> {
  private readonly logger = new Logger('UnsettledWrites');
  private readonly writes = new Map<string, { readonly write: Write; readonly sinceMs: number }>();
  private isChecking = false;
  private stopClock: () => void = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly maxWrites: number,
    /** Asks the store, and does what is left to do if `take` still gives it the write. False while it is not there. */
    private readonly lookUp: (write: Write) => Promise<boolean>,
  ) {}

  start(): void {
    this.stopClock = this.clock.every(CHECK_INTERVAL_MS, () => void this.check());
  }

  stop(): void {
    this.stopClock();
  }

  /** Beyond the bound a write is left to whatever else repairs it. */
  add(key: string, write: Write): void {
    if (this.writes.size < this.maxWrites) {
      this.writes.set(key, { write, sinceMs: this.clock.monotonicMs() });
    }
  }

  /** Who gets true has found the write and does what is left to do; it is nobody else's any more. */
  take(key: string): boolean {
    return this.writes.delete(key);
  }

  private async check(): Promise<void> {
    if (this.isChecking || this.writes.size === 0) {
      return;
    }
    this.isChecking = true;
    try {
      for (const [key, { write, sinceMs }] of this.writes) {
        const isKnown = await this.lookUp(write);
        if (isKnown || this.clock.monotonicMs() - sinceMs > GIVE_UP_MS) {
          this.writes.delete(key);
        }
      }
    } catch (error) {
      // A store that is still away is looked at by the health checks.
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error('an unsettled write failed', stackFramesOf(error));
      }
    } finally {
      this.isChecking = false;
    }
  }
}
