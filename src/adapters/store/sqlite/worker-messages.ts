import type { WireError } from './sqlite-error.js';

/** The database that lives in memory and ends with its thread. */
export const MEMORY = ':memory:';

/** What the store's thread is started with. */
export interface ThreadData {
  /** A path, or `MEMORY`. */
  readonly file: string;
  /** Of the `ExitGate`. */
  readonly gate: SharedArrayBuffer;
}

/** A call of a store's method. */
export interface ThreadRequest {
  readonly id: number;
  readonly store: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export type ThreadReply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: WireError };

/** The first message of a thread; after anything but `ready` it ends. */
export type BootReport =
  | { readonly boot: 'ready' }
  | { readonly boot: 'refused'; readonly sentence: string }
  | { readonly boot: 'failed'; readonly error: WireError };
