import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { LatencyHistogram } from './latency-histogram.js';

/** Messages that are due together leave together. */
export const TICK_MS = 5;

/**
 * Open loop: what is due leaves on a schedule, whatever has arrived. Latency counts from the schedule, so that a server
 * which stalls answers for every message that was due meanwhile, and not for the few that a closed loop would have sent.
 */
export class OpenLoop {
  /** How late messages left, which is the load's own delay. Part of what is measured as latency. */
  readonly lateness = new LatencyHistogram();

  constructor(
    private readonly messagesPerSecond: number,
    /** Sends `count` messages that were due at `dueAtMs`, on the clock of `performance.now()`. */
    private readonly send: (count: number, dueAtMs: number) => void,
  ) {}

  /** Resolves when all messages of `durationMs` have left. */
  async run(durationMs: number): Promise<void> {
    this.lateness.clear();
    const startedAtMs = performance.now();
    const ticks = Math.round(durationMs / TICK_MS);
    for (let tick = 0; tick < ticks; tick += 1) {
      const dueAtMs = startedAtMs + tick * TICK_MS;
      await reach(dueAtMs);
      const count = this.messagesUntil(tick + 1) - this.messagesUntil(tick);
      if (count > 0) {
        this.lateness.add(performance.now() - dueAtMs);
        this.send(count, dueAtMs);
      }
    }
  }

  private messagesUntil(tick: number): number {
    return Math.floor((tick * TICK_MS * this.messagesPerSecond) / 1000);
  }
}

/** At once when the moment has passed: a late tick does not put off the ones behind it. */
async function reach(atMs: number): Promise<void> {
  let leftMs = atMs - performance.now();
  while (leftMs > 0) {
    await sleep(leftMs);
    leftMs = atMs - performance.now();
  }
}
