/** Time as the core sees it, so that tests can own it. Wall time is metadata; deadlines run on the monotonic clock. */
export abstract class Clock {
  /** Wall time in epoch milliseconds. May jump. */
  abstract epochMs(): number;
  /** Milliseconds since an arbitrary start. Never goes back. */
  abstract monotonicMs(): number;
  /** Runs `task` every `intervalMs` until the returned function is called. Does not keep the process alive. */
  abstract every(intervalMs: number, task: () => void): () => void;
}
