import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { StoreRefused } from '../../../ports/store-refused.js';
import { inUse } from './boot-refusal.js';

interface Holder {
  readonly pid: number;
  /** Tells the process from a later one with the same id: in a container it is always 1. Null where not known. */
  readonly processStart: string | null;
  /** Of this lock alone. */
  readonly bootId: string;
}

/** Says who uses a database, in `<file>.lock`. It is there for the clear refusal; SQLite's own lock is the guard. */
export class LockFile {
  private constructor(
    private readonly path: string,
    private readonly bootId: string,
  ) {}

  /** Throws `StoreRefused` when a living process holds it. One left by a dead process is replaced. */
  static acquire(database: string): LockFile {
    const path = `${database}.lock`;
    const holder = readHolder(path);
    if (holder !== undefined && isAlive(holder)) {
      throw new StoreRefused(inUse(database, holder.pid));
    }
    rmSync(path, { force: true });
    const own: Holder = { pid: process.pid, processStart: processStart(process.pid), bootId: randomUUID() };
    try {
      writeFileSync(path, JSON.stringify(own), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
        throw new StoreRefused(inUse(database), { cause: error });
      }
      throw error;
    }
    return new LockFile(path, own.bootId);
  }

  /** Does nothing when somebody else has taken it since. */
  release(): void {
    if (readHolder(this.path)?.bootId === this.bootId) {
      unlinkSync(this.path);
    }
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Holder | null;
    return holder ?? undefined;
  } catch {
    // Not there, or cut short when its writer died: nobody can be named.
    return undefined;
  }
}

function isAlive({ pid, processStart: start }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') {
      return false;
    }
  }
  const current = processStart(pid);
  return start === null || current === null || start === current;
}

/** When the process started, within which boot of the machine. Only Linux says. */
function processStart(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): field 22 is the start time; field 2, the name, may itself hold spaces and brackets.
    const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${boot}:${ticks}`;
  } catch {
    return null;
  }
}
