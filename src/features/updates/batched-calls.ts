interface Waiter<Item, Outcome> {
  readonly item: Item;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

/** One call for many: what comes while a call is under way waits for the next one. */
export class BatchedCalls<Item, Outcome> {
  private readonly waiting: Waiter<Item, Outcome>[] = [];
  private isRunning = false;
  /** Ends the pause that is under way. */
  private endPause: () => void = () => {};

  constructor(
    /** One outcome for each item, in their order. */
    private readonly call: (items: readonly Item[]) => Promise<readonly Outcome[]>,
    private readonly maxBatch: number,
    /** After each call, until a full batch waits: what comes meanwhile goes together. Must not reject. */
    private readonly pause?: () => Promise<void>,
  ) {}

  /** Resolves with the item's outcome. Throws what the call throws. */
  add(item: Item): Promise<Outcome> {
    const outcome = new Promise<Outcome>((resolve, reject) => this.waiting.push({ item, resolve, reject }));
    if (!this.isRunning) {
      this.isRunning = true;
      // What comes in this turn goes together.
      setImmediate(() => void this.run());
    } else if (this.waiting.length === this.maxBatch) {
      this.endPause();
    }
    return outcome;
  }

  private async run(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.splice(0, this.maxBatch);
      try {
        const outcomes = await this.call(batch.map(({ item }) => item));
        batch.forEach(({ resolve }, index) => resolve(outcomes[index]!));
      } catch (error) {
        batch.forEach(({ reject }) => reject(error));
      }
      if (this.pause !== undefined && this.waiting.length < this.maxBatch) {
        const isFull = new Promise<void>((resolve) => (this.endPause = resolve));
        await Promise.race([this.pause(), isFull]);
      }
    }
    this.isRunning = false;
  }
}
