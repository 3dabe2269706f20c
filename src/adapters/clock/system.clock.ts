import { performance } from 'node:perf_hooks';
import { Clock } from '../../ports/clock.port.js';

export class SystemClock extends Clock {
  epochMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  every(intervalMs: number, task: () => void): () => void {
    const timer = setInterval(task, intervalMs).unref();
    return () => clearInterval(timer);
  }
}
