import { StoreUnavailable } from '../../../ports/store-unavailable.js';

/** Primary result codes of SQLite that we tell apart. */
export const SQLITE = {
  PERM: 3,
  BUSY: 5,
  LOCKED: 6,
  NOMEM: 7,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  FULL: 13,
  CANTOPEN: 14,
  NOTADB: 26,
} as const;

const UNAVAILABLE: ReadonlySet<number> = new Set(Object.values(SQLITE));

/** The primary result code of an error of SQLite; undefined for any other error. */
export function sqliteCode(error: unknown): number | undefined {
  const errcode = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  // The low byte; the rest says more of the same.
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

/** The file that SQLite has open is not the one in its place. A failure of the disk to all who look at the code. */
export class DatabaseGone extends Error {
  override readonly name = 'DatabaseGone';

  constructor(readonly errcode: number = SQLITE.IOERR) {
    super('the database file was removed or replaced');
  }
}

/** An error as it crosses threads: without the text of SQLite, which may quote data. */
export type WireError =
  | { readonly kind: 'unavailable'; readonly isOutcomeUnknown: boolean; readonly summary: string }
  | { readonly kind: 'failure'; readonly summary: string; readonly frames: string };

export function toWire(error: unknown): WireError {
  const code = sqliteCode(error);
  if (code !== undefined && UNAVAILABLE.has(code)) {
    // A commit that failed is rolled back, except that its frames may be in the WAL when only the fsync failed: they
    // count again if the process dies before they are overwritten.
    return { kind: 'unavailable', isOutcomeUnknown: code === SQLITE.IOERR, summary: summaryOf(error, code) };
  }
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return {
    kind: 'failure',
    summary:
      code === undefined ? (error instanceof Error ? error.name : typeof error) : `SQLite code ${code}`,
    frames: stack
      .split('\n')
      .filter((line) => /^\s+at /.test(line))
      .join('\n'),
  };
}

function summaryOf(error: unknown, code: number): string {
  if (error instanceof DatabaseGone) {
    return error.message;
  }
  const name = Object.entries(SQLITE).find(([, value]) => value === code)?.[0];
  return `SQLite code ${code} (${name})`;
}

export function fromWire(wire: WireError): Error {
  if (wire.kind === 'unavailable') {
    return new StoreUnavailable(wire.isOutcomeUnknown, { cause: new Error(wire.summary) });
  }
  const error = new Error(`The store failed: ${wire.summary}`);
  error.stack = `${error.name}: ${error.message}\n${wire.frames}`;
  return error;
}
