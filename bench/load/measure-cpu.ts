import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { ServerSample } from '../ipc/methods.js';

export interface CpuUse {
  readonly elapsedMs: number;
  readonly serverMs: number;
  readonly loadMs: number;
  /** Share of the whole machine that other programs took: above a few percent the figures are theirs too. */
  readonly othersShare: number;
}

/** CPU time that `work` took in the server and in this process. Nothing may be on its way before or after it. */
export async function measureCpu<Result>(
  sampleServer: () => Promise<ServerSample>,
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
  const serverMs = ((await sampleServer()).cpuMicros - serverBefore.cpuMicros) / 1000;
  // The kernel counts idle time in ticks of 10 ms, so that the difference may fall below zero.
  const othersShare = Math.max(0, (busyMs - serverMs - loadMs) / machineMs);
  return { ...result, cpu: { elapsedMs, serverMs, loadMs, othersShare } };
}

function idleMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}
