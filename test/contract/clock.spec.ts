import { describe, expect, it } from '@jest/globals';
import { SystemClock } from '../../src/adapters/clock/system.clock.js';
import type { Clock } from '../../src/ports/clock.port.js';
import { FakeClock } from '../harness/fake.clock.js';

interface Subject {
  readonly clock: Clock;
  /** Lets at least this time pass. */
  readonly pass: (ms: number) => Promise<void>;
}

/** What the core relies on, whoever keeps the time. */
function clockContract(name: string, create: () => Subject): void {
  describe(name, () => {
    it('counts the milliseconds that pass', async () => {
      const { clock, pass } = create();
      const from = clock.monotonicMs();
      await pass(20);
      expect(clock.monotonicMs() - from).toBeGreaterThanOrEqual(19);
      expect(clock.monotonicMs() - from).toBeLessThan(10_000);
    });

    it('never goes back on the monotonic side', async () => {
      const { clock, pass } = create();
      let last = clock.monotonicMs();
      for (let look = 0; look < 10; look += 1) {
        await pass(1);
        expect(clock.monotonicMs()).toBeGreaterThanOrEqual(last);
        last = clock.monotonicMs();
      }
    });

    it('tells wall time in epoch milliseconds', async () => {
      const { clock, pass } = create();
      const from = clock.epochMs();
      expect(new Date(from).getUTCFullYear()).toBeGreaterThanOrEqual(2023);
      expect(Number.isInteger(from)).toBe(true);
      await pass(20);
      expect(clock.epochMs()).toBeGreaterThan(from);
    });

    it('runs a task again and again, not before its interval, until it is told to stop', async () => {
      const { clock, pass } = create();
      const from = clock.monotonicMs();
      const runs: number[] = [];
      const stop = clock.every(5, () => runs.push(clock.monotonicMs() - from));
      expect(runs).toEqual([]);
      while (runs.length < 3) {
        await pass(1);
      }
      expect(runs[0]).toBeGreaterThanOrEqual(4);
      stop();
      stop();
      const count = runs.length;
      await pass(30);
      expect(runs).toHaveLength(count);
    });

    it('lets a task stop itself', async () => {
      const { clock, pass } = create();
      const runs: number[] = [];
      const stop = clock.every(2, () => {
        runs.push(clock.monotonicMs());
        stop();
      });
      while (runs.length === 0) {
        await pass(1);
      }
      await pass(20);
      expect(runs).toHaveLength(1);
    });

    it('keeps tasks apart', async () => {
      const { clock, pass } = create();
      const runs: string[] = [];
      const stopFirst = clock.every(2, () => runs.push('first'));
      const stopSecond = clock.every(2, () => runs.push('second'));
      stopFirst();
      while (runs.length < 2) {
        await pass(1);
      }
      stopSecond();
      expect(runs).not.toContain('first');
    });
  });
}

clockContract('SystemClock', () => ({
  clock: new SystemClock(),
  pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}));

clockContract('FakeClock', () => {
  const clock = new FakeClock();
  return { clock, pass: async (ms) => clock.advance(ms) };
});

describe('FakeClock', () => {
  it('runs a task late and once after a stall, and never turns time back', () => {
    const clock = new FakeClock();
    const runs: number[] = [];
    clock.every(10, () => runs.push(clock.monotonicMs()));
    clock.stall(1000);
    const stalledUntil = clock.monotonicMs();
    clock.advance(5);
    expect(runs).toEqual([stalledUntil]);
    clock.advance(5);
    expect(runs).toEqual([stalledUntil, stalledUntil + 10]);
  });

  it('steps the wall clock alone', () => {
    const clock = new FakeClock();
    const [wall, monotonic] = [clock.epochMs(), clock.monotonicMs()];
    clock.stepWall(-5000);
    expect([clock.epochMs() - wall, clock.monotonicMs() - monotonic]).toEqual([-5000, 0]);
  });
});
