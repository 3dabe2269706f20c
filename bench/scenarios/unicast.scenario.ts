import { deliveryPattern, MESSAGE_BYTES } from '../load/bench-message.js';
import { connectClients } from '../load/connect-clients.js';
import { measureCpu } from '../load/measure-cpu.js';
import { OpenLoop, TICK_MS } from '../load/open-loop.js';
import { RawClient } from '../load/raw-client.js';
import { UnicastCrowd } from '../load/unicast-crowd.js';
import { keepOutstanding } from '../load/unicast-window.js';
import { nestWsPeer } from '../peers/nest-ws.peer.js';
import type { Peer } from '../peers/peer.js';
import { plainWsPeer } from '../peers/plain-ws.peer.js';
import { socketIoPeer } from '../peers/socket-io.peer.js';
import { tidegatePeer } from '../peers/tidegate.peer.js';
import {
  CPU_COLUMNS,
  CPU_NOTE,
  type CpuMetric,
  cpuMetrics,
  type DelayMetric,
  delayMetrics,
  LOOP_DELAY_MAX,
  LOOP_DELAY_P99,
} from '../report/cpu-columns.js';
import { code, count, exactPercent, milliseconds } from '../report/format.js';
import { markdownTable } from '../report/markdown-table.js';
import type { DriveContext, Measurement, Scenario, ScenarioCase } from './scenario.js';

const USERS = 1000;
const WINDOW_MESSAGES = 1000;
const MESSAGES_PER_SECOND = 5000;
const WARM_UP_MS = 1500;
const MEASURED_MS = 3000;

type Metric =
  | 'deliveriesPerCpuSecond'
  | 'deliveredShare'
  | 'deliveriesPerSecond'
  | 'latencyP50Ms'
  | 'latencyP99Ms'
  | 'latenessP99Ms'
  | CpuMetric
  | DelayMetric;

interface UnicastCase extends ScenarioCase {
  readonly pace: 'window' | 'schedule';
}

/** What a delivery costs when it is for one user: nothing is shared but the server. */
export const unicastScenario: Scenario<Metric, UnicastCase> = {
  name: 'unicast',
  title: `Messages to one user each, ${count(USERS)} users connected`,
  peers: [tidegatePeer, plainWsPeer, nestWsPeer, socketIoPeer],
  baselines: [plainWsPeer, nestWsPeer, socketIoPeer],
  cases: [
    {
      name: 'window-1000',
      title: `${count(WINDOW_MESSAGES)} messages outstanding`,
      pace: 'window',
      bars: [],
    },
    {
      name: 'rate-5000',
      title: `${count(MESSAGES_PER_SECOND)} messages a second, whatever has arrived`,
      pace: 'schedule',
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
    { metric: 'latenessP99Ms', title: 'load late p99 ms', format: milliseconds },
    LOOP_DELAY_P99,
    LOOP_DELAY_MAX,
    ...CPU_COLUMNS,
  ],
  hardTimeoutMs: 60_000,
  drive,
  describe,
};

async function drive(
  { peer, port, sampleServer }: DriveContext,
  { pace }: UnicastCase,
): Promise<Measurement<Metric>> {
  const crowd = new UnicastCrowd(USERS, peer.dialect);
  const setup = { peer, port, listener: crowd, pattern: deliveryPattern(peer.dialect) };
  const users = await connectClients(USERS, setup);
  const publisher = new RawClient(USERS, setup);
  await publisher.ready;
  const schedule = new OpenLoop(MESSAGES_PER_SECOND, (messages, dueAtMs) => {
    crowd.send(messages, dueAtMs);
  });
  const load = (ms: number) =>
    pace === 'schedule' ? schedule.run(ms) : keepOutstanding(crowd, WINDOW_MESSAGES, ms);
  await crowd.run(publisher, () => load(WARM_UP_MS));

  const { sent, delivered, elapsedMs, cpu } = await measureCpu(sampleServer, () =>
    crowd.run(publisher, () => load(MEASURED_MS)),
  );
  [...users, publisher].forEach((client) => {
    client.end();
  });

  return {
    metrics: {
      deliveriesPerCpuSecond: (delivered / cpu.serverMs) * 1000,
      deliveredShare: delivered / sent,
      deliveriesPerSecond: (delivered / elapsedMs) * 1000,
      latencyP50Ms: crowd.latency.percentileMs(0.5),
      latencyP99Ms: crowd.latency.percentileMs(0.99),
      // What waits for a place in the window is never late.
      latenessP99Ms: pace === 'schedule' ? schedule.lateness.percentileMs(0.99) : 0,
      ...cpuMetrics(cpu),
      ...delayMetrics(cpu),
    },
    faults: crowd.ledger.faults,
  };
}

function describe(peers: readonly Peer[]): readonly string[] {
  return [
    `Every user has one connection. The publisher is one more; each of its messages of ${MESSAGE_BYTES} bytes names one user, ` +
      'random but the same for every peer, and the server finds the connections of that user. Checked: every message arrives ' +
      'once, at its user, in the order in which that user was sent to. ' +
      `With ${count(WINDOW_MESSAGES)} outstanding, what has arrived is replaced in one write each turn of the event loop of the ` +
      'load, and latency is from that write to the read. ' +
      `At ${count(MESSAGES_PER_SECOND)} a second, messages leave on a schedule of ${TICK_MS} ms whatever has arrived, and latency ` +
      'is from the moment on the schedule to the read, so that a stall counts for every message it held up; how late the load ' +
      `itself was with it stands beside it. Each measurement runs for ${MEASURED_MS / 1000} s after ${WARM_UP_MS / 1000} s of ` +
      `warm-up, in new processes. Loop delay is how late the event loop of the server was. ${CPU_NOTE}`,
    markdownTable(
      ['peer', 'delivery', 'publish'],
      peers.map(({ title, dialect }) => [
        title,
        code(dialect.delivery('…')),
        code(dialect.publishTo('user-17', '…')),
      ]),
    ),
  ];
}
