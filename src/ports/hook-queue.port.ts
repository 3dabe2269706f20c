/** A call that a webhook still has to get. Kept in the store, so that a restart loses none. */
export interface HookJob {
  readonly id: string;
  readonly kind: 'chat' | 'update';
  /** Of a chat job: the message. */
  readonly room?: string;
  readonly seq?: number;
  /** Of an update job. */
  readonly updateId?: string;
  readonly attempts: number;
}

/** Jobs are added by the store that commits their cause. Throws `StoreUnavailable`. */
export abstract class HookQueue {
  /** Jobs that are due; each is hidden for `leaseMs`, so that one node works on it. */
  abstract take(now: number, leaseMs: number, limit: number): Promise<readonly HookJob[]>;
  /** It failed: tried again at `at`. */
  abstract retry(id: string, at: number): Promise<void>;
  abstract remove(id: string): Promise<void>;
}
