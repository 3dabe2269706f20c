import { Clock } from '../../src/ports/clock.port.js';

/** A clock that moves when told to. */
export class FakeClock extends Clock {
  private nowMs = 1_000_000;
  private offsetMs = 1_700_000_000_000;
  private readonly timers = new Set<{ intervalMs: number; dueMs: number; task: () => void }>();

  epochMs(): number {
    return this.offsetMs + this.nowMs;
  }

  monotonicMs(): number {
    return this.nowMs;
  }

  every(intervalMs: number, task: () => void): () => void {
    const timer = { intervalMs, dueMs: this.nowMs + intervalMs, task };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  /** Lets time pass, running what falls due in order. */
  advance(ms: number): void {
    const endMs = this.nowMs + ms;
    for (;;) {
      const [due] = [...this.timers]
        .filter(({ dueMs }) => dueMs <= endMs)
        .toSorted((a, b) => a.dueMs - b.dueMs);
      if (due === undefined) {
        break;
      }
      // After a stall it runs late and once, as in Node; the time never goes back.
      this.nowMs = Math.max(this.nowMs, due.dueMs);
      due.dueMs = this.nowMs + due.intervalMs;
      due.task();
    }
    this.nowMs = endMs;
  }

  /** Time that passes without anybody running: a stalled process. */
  stall(ms: number): void {
    this.nowMs += ms;
  }

  /** A step of the wall clock, as NTP makes it. */
  stepWall(ms: number): void {
    this.offsetMs += ms;
  }
}
