import { beforeEach, describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { GuardedCalls } from './guarded-calls.js';

function deadlock(): DatabaseError {
  return Object.assign(new DatabaseError('deadlock detected', 0, 'error'), { code: '40P01' });
}

describe('guarded calls', () => {
  let isOpen: boolean;
  let retries: number;
  let calls: GuardedCalls;

  beforeEach(() => {
    isOpen = true;
    retries = 0;
    calls = new GuardedCalls(
      () => isOpen,
      () => (retries += 1),
    );
  });

  class Store {
    #answer = 41;
    failures: unknown[] = [];

    async next(by: number): Promise<number> {
      const failure = this.failures.shift();
      if (failure !== undefined) {
        throw failure;
      }
      return this.#answer + by;
    }
  }

  it('lets nothing through before the store is ready', async () => {
    isOpen = false;
    await expect(calls.guard(new Store()).next(1)).rejects.toBeInstanceOf(StoreUnavailable);
    isOpen = true;
    await expect(calls.guard(new Store()).next(1)).resolves.toBe(42);
  });

  it('tries a lost conflict three times again', async () => {
    const store = calls.guard(Object.assign(new Store(), { failures: [deadlock(), deadlock(), deadlock()] }));
    await expect(store.next(1)).resolves.toBe(42);
    expect(retries).toBe(3);
  });

  it('gives up after the third retry', async () => {
    const store = calls.guard(Object.assign(new Store(), { failures: Array.from({ length: 4 }, deadlock) }));
    await expect(store.next(1)).rejects.toBeInstanceOf(StoreUnavailable);
    expect(retries).toBe(3);
    await expect(store.next(1)).resolves.toBe(42);
  });

  it('does not repeat anything else', async () => {
    const bug = new TypeError('bug');
    const store = calls.guard(Object.assign(new Store(), { failures: [bug] }));
    await expect(store.next(1)).rejects.toBe(bug);
    expect(retries).toBe(0);
  });

  it('closes when the calls inside have ended, and refuses new ones meanwhile', async () => {
    let end: () => void = () => undefined;
    const slow = calls.run(() => new Promise<void>((resolve) => (end = resolve)));
    let isClosed = false;
    const closed = calls.close().then(() => (isClosed = true));
    await expect(calls.run(() => Promise.resolve())).rejects.toBeInstanceOf(StoreUnavailable);
    expect(isClosed).toBe(false);
    end();
    await slow;
    await closed;
  });
});
