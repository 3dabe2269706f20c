import { readFileSync } from 'node:fs';

/** Of the counters in /proc: hundredths of a second on every Linux. */
const TICK_MICROS = 10_000;

/** User and system time of a process and its children, those that ended included. 0 where there is no /proc. */
export function familyCpuMicros(pid: number): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    const ticks = children.reduce((sum, child) => sum + ticksOf(child), ticksOf(pid));
    return ticks * TICK_MICROS;
  } catch {
    return 0;
  }
}

function ticksOf(pid: number | string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before the last bracket may hold anything; then come the fields from the third on (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
    return user! + system! + childrenUser! + childrenSystem!;
  } catch {
    // It ended since it was listed, and counts with its parent the next time.
    return 0;
  }
}
