import { setTimeout as pause } from 'node:timers/promises';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { isConflict, toStoreError } from './pg-errors.js';

const MAX_RETRIES = 3;
const RETRY_DELAY_MS = 20;

/**
 * The one door to the queries: nothing passes before the store is ready, a transaction that lost against another one
 * is tried again, and what comes out are the errors of the ports.
 */
export class GuardedCalls {
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private isOpen: () => boolean,
    private readonly onRetry: () => void = () => undefined,
  ) {}

  /** The store with all its methods behind the door. They must return promises, and be one transaction each. */
  guard<Store extends object>(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function'
          ? (...args: unknown[]) => this.run(() => Reflect.apply(member, target, args) as Promise<unknown>)
          : member;
      },
    });
  }

  guardAll<Stores extends object>(stores: Stores): Stores {
    const guarded = Object.entries(stores).map(([name, store]) => [name, this.guard(store as object)]);
    return Object.fromEntries(guarded) as Stores;
  }

  run<Result>(call: () => Promise<Result>): Promise<Result> {
    const result = this.attempt(call);
    this.running.add(result);
    const forget = () => this.running.delete(result);
    result.then(forget, forget);
    return result;
  }

  /** Lets nothing in any more; resolves when what is inside is done. */
  async close(): Promise<void> {
    this.isOpen = () => false;
    await Promise.allSettled(this.running);
  }

  private async attempt<Result>(call: () => Promise<Result>): Promise<Result> {
    for (let retries = 0; ; retries += 1) {
      if (!this.isOpen()) {
        throw new StoreUnavailable();
      }
      try {
        return await call();
      } catch (error) {
        if (!isConflict(error) || retries === MAX_RETRIES) {
          throw toStoreError(error);
        }
      }
      this.onRetry();
      // Two transactions that met in a deadlock must not meet again.
      await pause(RETRY_DELAY_MS * (retries + 1) * Math.random());
    }
  }
}
