import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { bootRefusal } from './boot-refusal.js';
import { LockFile } from './lock-file.js';

/**
 * Makes the file ours: its directory and itself are created when missing, readable by our user alone, and the lock is
 * taken. What exists keeps its permissions and is never removed.
 */
export function claimDatabaseFile(file: string): LockFile {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const lock = LockFile.acquire(file);
    try {
      // SQLite gives its log the permissions of the file. Only under the lock: closing a file drops the locks that this
      // process has on it.
      closeSync(openSync(file, 'a', 0o600));
    } catch (error) {
      lock.release();
      throw error;
    }
    return lock;
  } catch (error) {
    throw bootRefusal(error, file) ?? error;
  }
}
