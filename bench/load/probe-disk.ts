import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { LatencyHistogram } from './latency-histogram.js';

export const PROBE_WRITES = 200;
export const PROBE_BYTES = 4096;

/** What the disk asks for a durable write, measured where the stores have their files: median of some write + fsync. */
export function probeDiskMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-probe-'));
  const file = openSync(join(folder, 'probe'), 'w');
  const page = Buffer.alloc(PROBE_BYTES, 1);
  const histogram = new LatencyHistogram();
  try {
    for (let write = 0; write < PROBE_WRITES; write += 1) {
      const startedAtMs = performance.now();
      writeSync(file, page);
      fsyncSync(file);
      histogram.add(performance.now() - startedAtMs);
    }
  } finally {
    closeSync(file);
    rmSync(folder, { recursive: true });
  }
  return histogram.percentileMs(0.5);
}
