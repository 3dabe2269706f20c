import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As whom a process runs and files are owned; empty: as this process. */
export interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

// Waits for the end of its input, which comes when its owner removes the folder or ends in any other way. A
// PostgreSQL that has its data in the folder ends before.
const WATCHDOG = `
  trap '' INT HUP TERM
  cat > /dev/null
  if read -r pid < "$0/postmaster.pid"; then
    kill -QUIT "$pid"
    while kill -0 "$pid"; do sleep 0.05; done
  fi 2> /dev/null
  rm -rf "$0"`;

/** A folder below the system's temporary one (`TMPDIR`). Gone at the latest when this process is, whatever became of it. */
export class ScratchFolder {
  private readonly watchdog: ChildProcess;

  private constructor(
    readonly path: string,
    account: Account,
  ) {
    this.watchdog = spawn('/bin/sh', ['-c', WATCHDOG, path], {
      ...account,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }

  static create(prefix: string, account: Account = {}): ScratchFolder {
    const path = mkdtempSync(join(tmpdir(), prefix));
    if (account.uid !== undefined && account.gid !== undefined) {
      chownSync(path, account.uid, account.gid);
    }
    return new ScratchFolder(path, account);
  }

  async remove(): Promise<void> {
    const gone = once(this.watchdog, 'exit');
    this.watchdog.stdin?.end();
    await gone;
  }
}
