import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { fromWire } from './sqlite-error.js';
import type { ThreadReply } from './worker-messages.js';

/** A disk that takes longer is as good as gone for those who wait. */
const DEADLINE_MS = 10_000;

interface Pending {
  readonly answer: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: NodeJS.Timeout;
}

/** Calls that the store's thread has not answered yet. */
export class PendingCalls {
  private readonly calls = new Map<number, Pending>();
  private newestId = 0;

  get size(): number {
    return this.calls.size;
  }

  /** Sends a call under a new id. Resolves with its reply; throws `StoreUnavailable` after ten seconds. */
  async add(send: (id: number) => void): Promise<unknown> {
    this.newestId += 1;
    const id = this.newestId;
    send(id);
    let settle!: Pick<Pending, 'resolve' | 'reject'>;
    const answer = new Promise<unknown>((resolve, reject) => {
      settle = { resolve, reject };
    });
    const deadline = setTimeout(() => {
      this.calls.delete(id);
      settle.reject(new StoreUnavailable(true));
    }, DEADLINE_MS);
    this.calls.set(id, { answer, deadline, ...settle });
    return answer;
  }

  settle(reply: ThreadReply): void {
    const call = this.calls.get(reply.id);
    if (call === undefined) {
      return;
    }
    this.calls.delete(reply.id);
    clearTimeout(call.deadline);
    if ('error' in reply) {
      call.reject(fromWire(reply.error));
    } else {
      call.resolve(reply.value);
    }
  }

  /** Resolves when every call made so far is answered. */
  async drain(): Promise<void> {
    await Promise.allSettled(Array.from(this.calls.values(), ({ answer }) => answer));
  }

  /** The thread is gone: what it was doing may be committed or not. */
  abandon(): void {
    for (const { reject, deadline } of this.calls.values()) {
      clearTimeout(deadline);
      reject(new StoreUnavailable(true));
    }
    this.calls.clear();
  }
}
