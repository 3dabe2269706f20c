import { Logger } from '@nestjs/common';
import { stackFramesOf } from '../observability/stack-frames.js';
import type { Clock } from '../ports/clock.port.js';
import { StoreUnavailable } from '../ports/store-unavailable.js';

const CHECK_INTERVAL_MS = 500;

/** A commit that has not shown by then was rolled back. */
const GIVE_UP_MS = 60_000;

interface Unsettled<Write> {
  readonly write: Write;
  readonly sinceMs: number;
}

/** Writes whose commit was under way when the store was lost, looked for until they show or never will. */
export class UnsettledWrites<Write> {
  private readonly logger: Logger;
  private readonly writes = new Map<string, Unsettled<Write>>();
  private isChecking = false;
  private stopClock: () => void = () => {};

  constructor(
    /** In the log. */
    name: string,
    private readonly clock: Clock,
    private readonly maxWrites: number,
    /** Asks the store, and does what is left to do if `take` still gives it the write. False while it is not there. */
    private readonly lookUp: (write: Write) => Promise<boolean>,
  ) {
    this.logger = new Logger(name);
  }

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
    if (this.isChecking) {
      return;
    }
    this.isChecking = true;
    try {
      for (const [key, unsettled] of this.writes) {
        await this.look(key, unsettled);
      }
    } catch {
      // The store is still away, as the health checks say too.
    } finally {
      this.isChecking = false;
    }
  }

  /** Throws `StoreUnavailable`, which says nothing about the write. */
  private async look(key: string, unsettled: Unsettled<Write>): Promise<void> {
    let isKnown = false;
    try {
      isKnown = await this.lookUp(unsettled.write);
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        this.toTheEnd(key, unsettled);
        throw error;
      }
      this.logger.error('an unsettled write failed', stackFramesOf(error));
    }
    const isOver = this.clock.monotonicMs() - unsettled.sinceMs > GIVE_UP_MS;
    if ((isKnown || isOver) && this.writes.get(key) === unsettled) {
      this.writes.delete(key);
    }
  }

  /** Should this one alone be what the store cannot answer, the others still get their turn. */
  private toTheEnd(key: string, unsettled: Unsettled<Write>): void {
    if (this.writes.get(key) === unsettled) {
      this.writes.delete(key);
      this.writes.set(key, unsettled);
    }
  }
}
