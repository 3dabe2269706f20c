/** Seconds of the rate a client may save up. */
const BURST_SECONDS = 2;

/** Rate limit without a timer: tokens are counted from the time that passed. */
export class TokenBucket {
  private tokens: number;
  private countedAtMs: number;

  /** `ratePerSecond` 0 switches the limit off. */
  constructor(
    private readonly ratePerSecond: number,
    nowMs: number,
  ) {
    this.tokens = ratePerSecond * BURST_SECONDS;
    this.countedAtMs = nowMs;
  }

  take(nowMs: number): boolean {
    if (this.ratePerSecond === 0) {
      return true;
    }
    const earned = ((nowMs - this.countedAtMs) / 1000) * this.ratePerSecond;
    this.tokens = Math.min(this.ratePerSecond * BURST_SECONDS, this.tokens + earned);
    this.countedAtMs = nowMs;
    if (this.tokens < 1) {
      return false;
    }
    this.tokens -= 1;
    return true;
  }

  /** Whoever has it has been quiet long enough to be forgotten. */
  isFull(nowMs: number): boolean {
    return (nowMs - this.countedAtMs) / 1000 >= BURST_SECONDS - this.tokens / this.ratePerSecond;
  }

  /** Milliseconds until the next token. */
  get retryAfterMs(): number {
    return Math.ceil(((1 - this.tokens) / this.ratePerSecond) * 1000);
  }
}
