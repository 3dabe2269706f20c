/** One thing an administrator did, or tried to do. */
export interface AuditEntry {
  readonly id: string;
  readonly time: number;
  /** User of the token, or `api-key:<name>`. */
  readonly actor: string;
  /** One of our own words, for example `updates.send`. */
  readonly action: string;
  /** What it was done to: ids, never a payload. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly outcome: 'done' | 'refused' | 'failed';
  /** Counts and flags of the result, for example `matched`. */
  readonly result: Readonly<Record<string, unknown>>;
}

export interface AuditQuery {
  /** Entries older than the one with this id. */
  readonly before?: string | undefined;
  readonly actor?: string | undefined;
  readonly action?: string | undefined;
  readonly limit: number;
}

/** Who did what over REST. Throws `StoreUnavailable`. */
export abstract class AuditLog {
  abstract record(entry: AuditEntry): Promise<void>;
  /** Newest first. */
  abstract list(query: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Removes entries from before this moment. How many went. */
  abstract trim(before: number): Promise<number>;
}
