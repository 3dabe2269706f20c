import { type BigIntStats, statSync } from 'node:fs';
import { DatabaseGone, SQLITE } from './sqlite-error.js';

/**
 * Whether the files of an open database are still where they were. On POSIX a removed or replaced file stays writable
 * for who has it open: commits succeed and are gone with the process.
 */
export class DatabasePresence {
  private readonly fileId: string;
  /** Known from the first commit on: there is no log before it. */
  private logId: string | undefined;

  /** To be made before `file` is opened. Throws `CANTOPEN` when it is not there. */
  constructor(private readonly file: string) {
    const fileId = idOf(file);
    if (fileId === undefined) {
      throw new DatabaseGone(SQLITE.CANTOPEN);
    }
    this.fileId = fileId;
  }

  /** Throws what a disk that fails would: what was committed may come back, with the file, or not. Takes 7 µs. */
  check(): void {
    const logId = idOf(`${this.file}-wal`);
    this.logId ??= logId;
    if (idOf(this.file) !== this.fileId || logId !== this.logId) {
      throw new DatabaseGone();
    }
  }
}

/** Undefined when there is no such file. */
function idOf(path: string): string | undefined {
  let stats: BigIntStats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  } catch {
    // Its folder cannot be read, say: the file is as good as gone.
    throw new DatabaseGone();
  }
  return stats && `${stats.dev}:${stats.ino}`;
}
