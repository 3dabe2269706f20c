import { performance } from 'node:perf_hooks';
import type { UnicastCrowd } from './unicast-crowd.js';

/** Closed loop: keeps `size` messages on their way for `maxMs`. What has arrived in a turn is replaced in one write. */
export async function keepOutstanding(crowd: UnicastCrowd, size: number, maxMs: number): Promise<void> {
  const endsAtMs = performance.now() + maxMs;
  const refill = (): boolean => {
    const nowMs = performance.now();
    if (nowMs >= endsAtMs) {
      return true;
    }
    const room = size - crowd.outstanding;
    if (room > 0) {
      crowd.send(room, nowMs);
    }
    return false;
  };
  await crowd.repeat(refill, maxMs);
}
