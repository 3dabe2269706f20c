import { MESSAGE_BYTES } from '../load/bench-message.js';
import { driveBroadcast } from '../load/drive-broadcast.js';
import type { PhaseLimits } from '../load/publish-window.js';
import { plainWsPeer } from '../peers/plain-ws.peer.js';
import { tidegatePeer } from '../peers/tidegate.peer.js';
import { CPU_COLUMNS, CPU_NOTE, type CpuMetric, cpuMetrics } from '../report/cpu-columns.js';
import { curvePlot } from '../report/curve-plot.js';
import { count, exactPercent, microseconds } from '../report/format.js';
import type { DriveContext, Measurement, Scenario, ScenarioCase } from './scenario.js';

const CONNECTIONS = [100, 1000, 5000, 10_000];
const WINDOWS = [1, 2, 5, 10, 20, 50];
/** Enough to show that a server that writes every message by itself gains nothing by more of them. */
const PLAIN_WINDOWS = [1, 20];
const WARM_UP: PhaseLimits = { maxMs: 1000, maxMessages: Infinity };
const MEASURED: PhaseLimits = { maxMs: 2000, maxMessages: Infinity };

type Metric =
  'cpuMicrosPerDelivery' | 'messagesPerFlush' | 'deliveredShare' | 'deliveriesPerSecond' | CpuMetric;

interface CurveCase extends ScenarioCase {
  readonly connections: number;
  readonly windowMessages: number;
}

const CASES: readonly CurveCase[] = CONNECTIONS.flatMap((connections) =>
  WINDOWS.map((windowMessages) => ({
    name: `${connections}x${windowMessages}`,
    title: `${count(connections)} × ${windowMessages}`,
    connections,
    windowMessages,
    bars: [],
    ...(!PLAIN_WINDOWS.includes(windowMessages) && { peers: [tidegatePeer] }),
  })),
);

/** What a delivery costs, by how many share a write and by how many connections there are. */
export const curveScenario: Scenario<Metric, CurveCase> = {
  name: 'curve',
  title: 'CPU per delivery, by connections and messages per flush',
  peers: [tidegatePeer, plainWsPeer],
  baselines: [plainWsPeer],
  cases: CASES,
  primary: { metric: 'cpuMicrosPerDelivery', title: 'server CPU µs per delivery', format: microseconds },
  columns: [
    { metric: 'messagesPerFlush', title: 'messages per flush', format: microseconds },
    {
      metric: 'deliveredShare',
      title: 'delivered',
      format: exactPercent,
      summarize: (values) => Math.min(...values),
    },
    { metric: 'deliveriesPerSecond', title: 'deliveries/s', format: count },
    ...CPU_COLUMNS,
  ],
  isOneTable: true,
  hardTimeoutMs: 60_000,
  drive,
  describe: () => [
    'Cases are connections × messages outstanding: the broadcast of one more connection, in a closed loop, with messages of ' +
      `${MESSAGE_BYTES} bytes. Each measurement runs for ${MEASURED.maxMs / 1000} s after ${WARM_UP.maxMs / 1000} s of ` +
      'warm-up, in new processes. Less is better. Messages per flush are deliveries over socket writes, as the server counts ' +
      `them; a server without such counters writes each message by itself. ${CPU_NOTE}`,
  ],
  plot: (peers, trials) => curvePlot(CASES, peers, trials),
};

async function drive(
  context: DriveContext,
  { connections, windowMessages }: CurveCase,
): Promise<Measurement<Metric>> {
  const result = await driveBroadcast(context, {
    subscribers: connections,
    windowMessages,
    messageBytes: MESSAGE_BYTES,
    warmUp: WARM_UP,
    measured: MEASURED,
  });
  const { delivered, due, elapsedMs, messagesPerFlush, cpu, faults } = result;
  return {
    metrics: {
      cpuMicrosPerDelivery: (cpu.serverMs / delivered) * 1000,
      messagesPerFlush,
      deliveredShare: delivered / due,
      deliveriesPerSecond: (delivered / elapsedMs) * 1000,
      ...cpuMetrics(cpu),
    },
    faults,
  };
}
