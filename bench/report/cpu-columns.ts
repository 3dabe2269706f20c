import type { CpuUse } from '../load/measure-cpu.js';
import type { Column } from '../scenarios/scenario.js';
import { milliseconds, percent } from './format.js';

export type CpuMetric = 'serverCpuShare' | 'kernelShare' | 'loadCpuShare' | 'othersCpuShare';

export function cpuMetrics(cpu: CpuUse): Record<CpuMetric, number> {
  return {
    serverCpuShare: cpu.serverMs / cpu.elapsedMs,
    kernelShare: cpu.serverKernelMs / cpu.serverMs,
    loadCpuShare: cpu.loadMs / cpu.elapsedMs,
    othersCpuShare: cpu.othersShare,
  };
}

export const SERVER_CPU: Column<CpuMetric> = {
  metric: 'serverCpuShare',
  title: 'server CPU',
  format: percent,
};

export const CPU_COLUMNS: readonly Column<CpuMetric>[] = [
  SERVER_CPU,
  { metric: 'kernelShare', title: 'of it kernel', format: percent },
  { metric: 'loadCpuShare', title: 'load CPU', format: percent },
  { metric: 'othersCpuShare', title: 'others', format: percent },
];

/** What all tables say of the CPU, in words. */
export const CPU_NOTE =
  'Server and load CPU are shares of one core, kernel is the share of the server CPU that is system time, others is what ' +
  'the rest of the machine took of all cores.';

export type DelayMetric = 'loopDelayP99Ms' | 'loopDelayMaxMs';

/** How late the event loop of the server was. */
export function delayMetrics(cpu: CpuUse): Record<DelayMetric, number> {
  return { loopDelayP99Ms: cpu.eventLoopDelayP99Ms, loopDelayMaxMs: cpu.eventLoopDelayMaxMs };
}

export const LOOP_DELAY_P99: Column<DelayMetric> = {
  metric: 'loopDelayP99Ms',
  title: 'loop delay p99 ms',
  format: milliseconds,
};

export const LOOP_DELAY_MAX: Column<DelayMetric> = {
  metric: 'loopDelayMaxMs',
  title: 'loop delay max ms',
  format: milliseconds,
  summarize: (values) => Math.max(...values),
};
