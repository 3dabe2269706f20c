import { statSync } from 'node:fs';
import { SQLITE } from './sqlite-error.js';

/**
 * Whether the files of an open database are still where they were. On POSIX a removed or replaced file stays writable
 * for who has it open: commits succeed and are gone with the process.
 */
export class DatabasePresence {
  private readonly inodes = new Map<string, number>();

  /** `file` is open in WAL mode. */
  constructor(private readonly file: string) {}

  /** Throws what a disk that fails would: the rows may come back, with the file, or not. 5 µs. */
  check(): void {
    for (const path of [this.file, `${this.file}-wal`]) {
      const inode = statSync(path, { throwIfNoEntry: false })?.ino;
      const known = this.inodes.get(path);
      if (known === undefined && inode !== undefined) {
        // The log appears with the first commit.
        this.inodes.set(path, inode);
      } else if (known !== inode) {
        throw Object.assign(new Error('The database file was removed or replaced'), {
          errcode: SQLITE.IOERR,
        });
      }
    }
  }
}
