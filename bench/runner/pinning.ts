import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The cores of the server and the load process; undefined: left to the scheduler. */
export interface Pinning {
  readonly cores: { readonly server: number; readonly load: number } | undefined;
  readonly description: string;
}

/** All processes share the cores. */
export const NOT_PINNED: Pinning = { cores: undefined, description: 'not pinned' };

/** One core each, not two threads of one core, so that neither process takes time from the other. */
export function choosePinning(): Pinning {
  const allowed = allowedCores();
  const [server] = allowed;
  const siblings = server === undefined ? [] : threadSiblingsOf(server);
  const load = allowed.find((core) => core !== server && !siblings.includes(core));
  if (server === undefined || load === undefined) {
    return { cores: undefined, description: '**not pinned**: needs Linux and two physical cores' };
  }
  if (spawnSync('taskset', ['--version']).status !== 0) {
    return { cores: undefined, description: '**not pinned**: `taskset` (util-linux) is missing' };
  }
  return { cores: { server, load }, description: `server on core ${server}, load on core ${load}` };
}

function allowedCores(): number[] {
  const status = readIfThere('/proc/self/status');
  return parseCoreList(/^Cpus_allowed_list:\s*(.+)$/m.exec(status)?.[1] ?? '');
}

function threadSiblingsOf(core: number): number[] {
  return parseCoreList(readIfThere(`/sys/devices/system/cpu/cpu${core}/topology/thread_siblings_list`));
}

/** `0-3,8` as the kernel writes it. */
function parseCoreList(list: string): number[] {
  const ranges = list.split(',').filter((range) => range.trim() !== '');
  return ranges.flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
