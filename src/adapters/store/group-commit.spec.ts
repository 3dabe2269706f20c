import { afterEach, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { GroupCommit } from './group-commit.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A commit that ends when the test says so. */
class HeldCommits {
  readonly batches: number[][] = [];
  private readonly held: { resolve: (outcomes: number[]) => void; reject: (error: Error) => void }[] = [];

  readonly commit = (items: readonly number[]): Promise<number[]> => {
    this.batches.push([...items]);
    return new Promise((resolve, reject) => this.held.push({ resolve, reject }));
  };

  get inFlight(): number {
    return this.held.length;
  }

  /** Ends the commit under way, and lets the next one start. */
  async finish(error?: Error): Promise<void> {
    const { resolve, reject } = this.held.shift()!;
    if (error === undefined) {
      resolve(this.batches.at(-1)!.map((item) => item * 10));
    } else {
      reject(error);
    }
    await turn();
    await turn();
  }
}

describe('group commit', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  it('commits together what was added within a turn, and answers in that order', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 64, maxDelayMs: 0 });
    const answers = [1, 2, 3].map((item) => group.add(item));
    await turn();
    expect(held.batches).toEqual([[1, 2, 3]]);
    await held.finish();
    expect(await Promise.all(answers)).toEqual([10, 20, 30]);
  });

  it('gathers while a commit is under way, and never runs two', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 2, maxDelayMs: 0 });
    const answers = [1, 2, 3].map((item) => group.add(item));
    await turn();
    answers.push(group.add(4), group.add(5));
    await turn();
    expect(held.batches).toEqual([[1, 2]]);
    await held.finish();
    expect(held.batches).toEqual([
      [1, 2],
      [3, 4],
    ]);
    await held.finish();
    await held.finish();
    expect(await Promise.all(answers)).toEqual([10, 20, 30, 40, 50]);
  });

  it('stores the neighbours of an item that cannot be stored', async () => {
    const commit = (items: readonly number[]): Promise<number[]> =>
      items.includes(2) ? Promise.reject(new Error('poisoned')) : Promise.resolve([...items]);
    const group = new GroupCommit(commit, { maxBatch: 64, maxDelayMs: 0 });
    const answers = await Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
    expect(answers).toEqual([
      { status: 'fulfilled', value: 1 },
      { status: 'rejected', reason: new Error('poisoned') },
      { status: 'fulfilled', value: 3 },
    ]);
  });

  it('fails the whole batch at once when the store is unavailable, and goes on with the next', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 64, maxDelayMs: 0 });
    const lost = Promise.allSettled([group.add(1), group.add(2)]);
    await turn();
    const error = new StoreUnavailable(true);
    await held.finish(error);
    expect(await lost).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(held.batches).toHaveLength(1);
    const next = group.add(3);
    await turn();
    await held.finish();
    expect(await next).toBe(30);
  });

  it('refuses at once what waits behind a batch that found the store unavailable', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 1, maxDelayMs: 0 });
    const answers = Promise.allSettled([1, 2, 3].map((item) => group.add(item)));
    await turn();
    await held.finish(new StoreUnavailable(true));
    const unknown = (await answers).map(
      (answer) => answer.status === 'rejected' && (answer.reason as StoreUnavailable).isOutcomeUnknown,
    );
    expect(unknown).toEqual([true, false, false]);
    expect(held.batches).toEqual([[1]]);
  });

  it('never takes the outcome of one item for that of another', async () => {
    const group = new GroupCommit<number, number>(() => Promise.resolve([1]), {
      maxBatch: 64,
      maxDelayMs: 2,
    });
    const answers = await Promise.allSettled([group.add(1), group.add(2)]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('refuses more than 10,000 that wait', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 10_000, maxDelayMs: 0 });
    const taken = Array.from({ length: 10_000 }, (_, item) => group.add(item));
    await expect(group.add(-1)).rejects.toBeInstanceOf(StoreUnavailable);
    await turn();
    await held.finish();
    expect(await Promise.all(taken)).toHaveLength(10_000);
  });

  it('waits a quarter of the last commit after a shared batch, up to the delay or a full batch', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 3, maxDelayMs: 20 });
    const commitFor = async (ms: number): Promise<void> => {
      jest.advanceTimersByTime(ms);
      await held.finish();
    };
    void [group.add(1), group.add(2)];
    await turn();
    void group.add(3);
    await commitFor(40);
    jest.advanceTimersByTime(9);
    expect(held.batches).toEqual([[1, 2]]);
    jest.advanceTimersByTime(1);
    expect(held.batches.at(-1)).toEqual([3]);

    // A batch of one: nobody to wait for.
    void group.add(4);
    await commitFor(40);
    expect(held.batches.at(-1)).toEqual([4]);

    void [group.add(5), group.add(6)];
    await commitFor(1);
    expect(held.batches.at(-1)).toEqual([5, 6]);
    void group.add(7);
    await commitFor(1000);
    jest.advanceTimersByTime(19);
    expect(held.batches.at(-1)).toEqual([5, 6]);
    void [group.add(8), group.add(9)];
    expect(held.batches.at(-1)).toEqual([7, 8, 9]);
    await held.finish();
  });

  it('drains: resolves when everything added is answered, failures too', async () => {
    const held = new HeldCommits();
    const group = new GroupCommit(held.commit, { maxBatch: 1, maxDelayMs: 0 });
    const first = group.add(1);
    const second = group.add(2).catch((error: unknown) => error);
    let isDrained = false;
    const drained = group.drain().then(() => (isDrained = true));
    await turn();
    await held.finish();
    expect(await first).toBe(10);
    expect(isDrained).toBe(false);
    await held.finish(new StoreUnavailable());
    await drained;
    expect(await second).toBeInstanceOf(StoreUnavailable);
  });

  it('commits every item once, in order, whenever they come and commits end', async () => {
    const steps = fc.array(fc.constantFrom('add', 'add', 'turn', 'finish'), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (maxBatch, script) => {
        const held = new HeldCommits();
        const group = new GroupCommit(held.commit, { maxBatch, maxDelayMs: 0 });
        const answered: number[] = [];
        let added = 0;
        const drained = (): boolean => answered.length === added;
        for (let index = 0; index < script.length || !drained(); index += 1) {
          const step = script[index] ?? (index % 2 === 0 ? 'turn' : 'finish');
          if (step === 'add') {
            added += 1;
            void group.add(added).then((outcome) => answered.push(outcome));
          } else if (step === 'turn') {
            await turn();
          } else if (held.inFlight > 0) {
            await held.finish();
            await turn();
          }
          expect(held.inFlight).toBeLessThanOrEqual(1);
        }
        const items = Array.from({ length: added }, (_, at) => at + 1);
        expect(held.batches.flat()).toEqual(items);
        expect(answered).toEqual(items.map((item) => item * 10));
        expect(Math.max(0, ...held.batches.map(({ length }) => length))).toBeLessThanOrEqual(maxBatch);
      }),
    );
  });
});
