const IS_SHUT = 0;
const IS_INSIDE = 1;
/** Longer than a commit on a disk that works. */
const PATIENCE_MS = 1_000;

/**
 * Keeps the store's thread out of SQLite while the process ends. Node stops threads wherever they are, and the add-on
 * aborts the process, with another exit code and a core dump, when that is inside it.
 */
export class ExitGate {
  private readonly cells: Int32Array<SharedArrayBuffer>;

  /** The thread opens the gate that the process made. */
  constructor(readonly memory = new SharedArrayBuffer(8)) {
    this.cells = new Int32Array(memory);
  }

  /** In the thread: runs `task` inside; behind a shut gate it waits to be stopped. */
  pass<Result>(task: () => Result): Result {
    Atomics.store(this.cells, IS_INSIDE, 1);
    try {
      if (Atomics.load(this.cells, IS_SHUT) === 1) {
        this.leave();
        Atomics.wait(this.cells, IS_SHUT, 1);
      }
      return task();
    } finally {
      this.leave();
    }
  }

  /** In the process, as its last act: blocks until the thread is outside, a second at most. */
  shut(): void {
    Atomics.store(this.cells, IS_SHUT, 1);
    Atomics.wait(this.cells, IS_INSIDE, 1, PATIENCE_MS);
  }

  private leave(): void {
    Atomics.store(this.cells, IS_INSIDE, 0);
    Atomics.notify(this.cells, IS_INSIDE);
  }
}
