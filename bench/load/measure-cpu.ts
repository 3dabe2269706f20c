import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { SystemSample } from '../ipc/methods.js';

/** Of the counters in /proc/stat: hundredths of a second on every Linux. */
const TICK_MS = 10;

export interface CpuUse {
  readonly elapsedMs: number;
  readonly serverMs: number;
  /** The part of it inside the kernel. */
  readonly serverKernelMs: number;
  readonly loadMs: number;
  /** Of the database processes; the threads of an embedded store count as the server. */
  readonly storeMs: number;
  readonly eventLoopDelayP99Ms: number;
  readonly eventLoopDelayMaxMs: number;
  /** Share of the whole machine that other programs took: above a few percent the figures are theirs too. */
  readonly othersShare: number;
}

/** CPU time that `work` took in the server and in this process. Nothing may be on its way before or after it. */
export async function measureCpu<Result>(
  sampleServer: () => Promise<SystemSample>,
  work: () => Promise<Result>,
): Promise<Result & { readonly cpu: CpuUse }> {
  const serverBefore = await sampleServer();
  const loadBefore = process.cpuUsage();
  const idleBeforeMs = idleMs();
  const startedAtMs = performance.now();

  const result = await work();

  const elapsedMs = performance.now() - startedAtMs;
  const machineMs = elapsedMs * cpus().length;
  const busyMs = machineMs - (idleMs() - idleBeforeMs);
  const load = process.cpuUsage(loadBefore);
  const loadMs = (load.user + load.system) / 1000;
  const serverAfter = await sampleServer();
  const serverMs = (serverAfter.cpuMicros - serverBefore.cpuMicros) / 1000;
  const storeMs = (serverAfter.storeCpuMicros - serverBefore.storeCpuMicros) / 1000;
  // The kernel counts idle time in ticks of 10 ms, so that the difference may fall below zero.
  const othersShare = Math.max(0, (busyMs - serverMs - loadMs - storeMs) / machineMs);
  const { eventLoopDelayP99Ms, eventLoopDelayMaxMs } = serverAfter;
  return {
    ...result,
    cpu: {
      elapsedMs,
      serverMs,
      serverKernelMs: (serverAfter.systemMicros - serverBefore.systemMicros) / 1000,
      loadMs,
      storeMs,
      eventLoopDelayP99Ms,
      eventLoopDelayMaxMs,
      othersShare,
    },
  };
}

/** All of several measurements. */
export function sumCpu(uses: readonly CpuUse[]): CpuUse {
  const sum = (field: keyof CpuUse) => uses.reduce((total, use) => total + use[field], 0);
  const highest = (field: keyof CpuUse) => Math.max(...uses.map((use) => use[field]));
  const elapsedMs = sum('elapsedMs');
  return {
    elapsedMs,
    serverMs: sum('serverMs'),
    serverKernelMs: sum('serverKernelMs'),
    loadMs: sum('loadMs'),
    storeMs: sum('storeMs'),
    eventLoopDelayP99Ms: highest('eventLoopDelayP99Ms'),
    eventLoopDelayMaxMs: highest('eventLoopDelayMaxMs'),
    othersShare: uses.reduce((total, use) => total + use.othersShare * use.elapsedMs, 0) / elapsedMs,
  };
}

/** A core that waits for the disk is idle, too, although Node does not count it so. */
function idleMs(): number {
  try {
    const [, , , , idle, ioWait] = readFileSync('/proc/stat', 'utf8').split(/\s+/, 6).map(Number);
    return (idle! + ioWait!) * TICK_MS;
  } catch {
    return nodeIdleMs();
  }
}

function nodeIdleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
