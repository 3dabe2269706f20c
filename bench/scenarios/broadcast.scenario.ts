import { benchMessage, deliveryPattern, MESSAGE_BYTES } from '../load/bench-message.js';
import { driveBroadcast } from '../load/drive-broadcast.js';
import type { PhaseLimits } from '../load/publish-window.js';
import { nestWsPeer } from '../peers/nest-ws.peer.js';
import type { Peer } from '../peers/peer.js';
import { plainWsPeer } from '../peers/plain-ws.peer.js';
import { socketIoPeer } from '../peers/socket-io.peer.js';
import { tidegatePeer } from '../peers/tidegate.peer.js';
import { CPU_COLUMNS, CPU_NOTE, type CpuMetric, cpuMetrics } from '../report/cpu-columns.js';
import { code, count, exactPercent, milliseconds } from '../report/format.js';
import { markdownTable } from '../report/markdown-table.js';
import type { DriveContext, Measurement, Scenario, ScenarioCase } from './scenario.js';

const SUBSCRIBERS = 1000;
const LARGE_MESSAGE_BYTES = 1000;
const WARM_UP: PhaseLimits = { maxMs: 1500, maxMessages: 5000 };
const MEASURED: PhaseLimits = { maxMs: 3000, maxMessages: 20_000 };

type Metric =
  | 'deliveriesPerCpuSecond'
  | 'deliveredShare'
  | 'deliveriesPerSecond'
  | 'latencyP50Ms'
  | 'latencyP99Ms'
  | CpuMetric;

interface BroadcastCase extends ScenarioCase {
  readonly windowMessages: number;
  readonly messageBytes: number;
}

export const broadcastScenario: Scenario<Metric, BroadcastCase> = {
  name: 'broadcast',
  title: `Broadcast to ${count(SUBSCRIBERS)} connections, one publisher`,
  peers: [tidegatePeer, plainWsPeer, nestWsPeer, socketIoPeer],
  baselines: [plainWsPeer, socketIoPeer],
  cases: [
    {
      name: 'window-1',
      title: 'One message of 100 bytes at a time',
      windowMessages: 1,
      messageBytes: MESSAGE_BYTES,
      bars: [
        { peer: tidegatePeer, over: plainWsPeer, atLeast: 1.5 },
        { peer: tidegatePeer, over: socketIoPeer, atLeast: 2 },
      ],
    },
    {
      name: 'window-20',
      title: '20 messages of 100 bytes outstanding',
      windowMessages: 20,
      messageBytes: MESSAGE_BYTES,
      bars: [
        { peer: tidegatePeer, over: plainWsPeer, atLeast: 15 },
        { peer: tidegatePeer, over: socketIoPeer, atLeast: 18 },
      ],
    },
    {
      name: 'window-1-1kb',
      title: 'One message of 1 kB at a time',
      windowMessages: 1,
      messageBytes: LARGE_MESSAGE_BYTES,
      bars: [],
    },
    {
      name: 'window-20-1kb',
      title: '20 messages of 1 kB outstanding',
      windowMessages: 20,
      messageBytes: LARGE_MESSAGE_BYTES,
      bars: [],
    },
  ],
  primary: { metric: 'deliveriesPerCpuSecond', title: 'deliveries per server CPU-second', format: count },
  columns: [
    {
      metric: 'deliveredShare',
      title: 'delivered',
      format: exactPercent,
      summarize: (values) => Math.min(...values),
    },
    { metric: 'deliveriesPerSecond', title: 'deliveries/s', format: count },
    { metric: 'latencyP50Ms', title: 'p50 ms', format: milliseconds },
    { metric: 'latencyP99Ms', title: 'p99 ms', format: milliseconds },
    ...CPU_COLUMNS,
  ],
  hardTimeoutMs: 60_000,
  drive,
  describe,
};

async function drive(
  context: DriveContext,
  { windowMessages, messageBytes }: BroadcastCase,
): Promise<Measurement<Metric>> {
  const { delivered, due, elapsedMs, latency, cpu, faults } = await driveBroadcast(context, {
    subscribers: SUBSCRIBERS,
    windowMessages,
    messageBytes,
    warmUp: WARM_UP,
    measured: MEASURED,
  });
  return {
    metrics: {
      deliveriesPerCpuSecond: (delivered / cpu.serverMs) * 1000,
      deliveredShare: delivered / due,
      deliveriesPerSecond: (delivered / elapsedMs) * 1000,
      latencyP50Ms: latency.percentileMs(0.5),
      latencyP99Ms: latency.percentileMs(0.99),
      ...cpuMetrics(cpu),
    },
    faults,
  };
}

function describe(peers: readonly Peer[]): readonly string[] {
  return [
    `The publisher is one more connection; the server sends its message to every connection, and what the ${count(SUBSCRIBERS)} ` +
      'others receive is counted. With w outstanding the publisher sends the next message once fewer than w have not reached ' +
      `all of them. Each measurement runs for ${MEASURED.maxMs / 1000} s or ${count(MEASURED.maxMessages)} messages after ` +
      `${WARM_UP.maxMs / 1000} s of warm-up, in new processes. ` +
      'Latency is from publish to read and counts the queue of the window. ' +
      CPU_NOTE,
    `A message is text in the envelope of its peer, here of ${MESSAGE_BYTES} bytes:`,
    markdownTable(
      ['peer', 'delivery', 'payload bytes', 'frame bytes', 'publish'],
      peers.map((peer) => [peer.title, ...wireOf(peer)]),
    ),
  ];
}

function wireOf({ dialect }: Peer): string[] {
  const payloadBytes = Buffer.byteLength(dialect.delivery(benchMessage(0)));
  const { frameBytes } = deliveryPattern(dialect);
  return [code(dialect.delivery('…')), String(payloadBytes), String(frameBytes), code(dialect.publish('…'))];
}
