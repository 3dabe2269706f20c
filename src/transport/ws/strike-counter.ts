const WINDOW_MS = 10_000;

/** Counts offences within ten seconds. */
export class StrikeCounter {
  private strikes = 0;
  private windowStartMs = 0;

  constructor(private readonly limit: number) {}

  /** Adds one; true when the limit is reached. */
  add(nowMs: number): boolean {
    if (nowMs - this.windowStartMs > WINDOW_MS) {
      this.windowStartMs = nowMs;
      this.strikes = 0;
    }
    this.strikes += 1;
    return this.strikes >= this.limit;
  }
}
