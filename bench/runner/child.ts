import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Starts a Node process with an IPC pipe, on one core where given. */
export function startChild(entry: URL, core: number | undefined): ChildProcess {
  const node = [process.execPath, fileURLToPath(entry)] as const;
  // `taskset` replaces itself by Node, so that the child keeps its pid and inherits the pipe.
  const [command, ...args] = core === undefined ? node : (['taskset', '-c', String(core), ...node] as const);
  return spawn(command, args, {
    env: { ...process.env, NODE_ENV: 'production' },
    // Standard output belongs to the result.
    stdio: ['ignore', process.stderr, process.stderr, 'ipc'],
  });
}

/** Ends a child at once; it has nothing to save. Resolves when it is gone. */
export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  const gone = new Promise((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGKILL');
  await gone;
}
