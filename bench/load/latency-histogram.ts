const BUCKETS_PER_MS = 100;
const MAX_MS = 10_000;

/** Counts latencies in buckets of 10 µs up to 10 s: adding one costs an increment, however many there are. */
export class LatencyHistogram {
  private readonly counts = new Uint32Array(MAX_MS * BUCKETS_PER_MS + 1);
  private total = 0;
  private highestMs = 0;

  add(latencyMs: number): void {
    const bucket = Math.min(Math.floor(latencyMs * BUCKETS_PER_MS), this.counts.length - 1);
    this.counts[bucket]! += 1;
    this.total += 1;
    this.highestMs = Math.max(this.highestMs, latencyMs);
  }

  clear(): void {
    this.counts.fill(0);
    this.total = 0;
    this.highestMs = 0;
  }

  get maxMs(): number {
    return this.highestMs;
  }

  /** The latency that `share` (0 to 1) of the samples do not exceed. */
  percentileMs(share: number): number {
    let left = this.total * share;
    for (const [bucket, count] of this.counts.entries()) {
      left -= count;
      if (left <= 0) {
        return (bucket + 1) / BUCKETS_PER_MS;
      }
    }
    return MAX_MS;
  }
}
