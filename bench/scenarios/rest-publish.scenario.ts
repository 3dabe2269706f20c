import { deliveryPattern, MESSAGE_BYTES } from '../load/bench-message.js';
import { broadcastRequests } from '../load/broadcast-request.js';
import { connectClients } from '../load/connect-clients.js';
import { measureCpu } from '../load/measure-cpu.js';
import { probeDiskMs } from '../load/probe-disk.js';
import { RawHttpClient } from '../load/raw-http-client.js';
import { RestPublishers } from '../load/rest-publishers.js';
import { nestWsPeer } from '../peers/nest-ws.peer.js';
import type { Peer } from '../peers/peer.js';
import { plainWsPeer } from '../peers/plain-ws.peer.js';
import { socketIoPeer } from '../peers/socket-io.peer.js';
import { sqliteRestPeer, tidegateRestPeer } from '../peers/tidegate-rest.peer.js';
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
import { databaseFolder } from '../report/database-folder.js';
import { code, count, exactPercent, milliseconds } from '../report/format.js';
import { markdownTable } from '../report/markdown-table.js';
import type { DriveContext, Measurement, Scenario } from './scenario.js';

const SUBSCRIBERS = 100;
const PUBLISHERS = 16;
const WARM_UP_MS = 1500;
const MEASURED_MS = 3000;

type Metric =
  | 'requestsPerCpuSecond'
  | 'requestsPerSecond'
  | 'responseP50Ms'
  | 'responseP99Ms'
  | 'deliveredShare'
  | 'diskMs'
  | CpuMetric
  | DelayMetric;

/** A back office that has every request broadcast. */
export const restPublishScenario: Scenario<Metric> = {
  name: 'rest-publish',
  title: `\`POST /v1/broadcast\` to ${SUBSCRIBERS} connections`,
  peers: [tidegateRestPeer, sqliteRestPeer, plainWsPeer, nestWsPeer, socketIoPeer],
  baselines: [plainWsPeer, nestWsPeer, socketIoPeer],
  cases: [
    {
      name: 'rest-publish',
      title: `${PUBLISHERS} connections, one request after the other on each`,
      bars: [],
    },
  ],
  primary: { metric: 'requestsPerCpuSecond', title: 'requests per server CPU-second', format: count },
  columns: [
    { metric: 'requestsPerSecond', title: 'requests/s', format: count },
    { metric: 'responseP50Ms', title: 'response p50 ms', format: milliseconds },
    { metric: 'responseP99Ms', title: 'p99 ms', format: milliseconds },
    {
      metric: 'deliveredShare',
      title: 'delivered',
      format: exactPercent,
      summarize: (values) => Math.min(...values),
    },
    { metric: 'diskMs', title: 'fsync ms', format: milliseconds },
    LOOP_DELAY_P99,
    LOOP_DELAY_MAX,
    ...CPU_COLUMNS,
  ],
  isPinned: false,
  hardTimeoutMs: 60_000,
  drive,
  describe,
};

async function drive({ peer, port, sampleServer }: DriveContext): Promise<Measurement<Metric>> {
  const diskMs = probeDiskMs();
  const load = new RestPublishers(SUBSCRIBERS, broadcastRequests(peer.dialect, port));
  const setup = { peer, port, listener: load, pattern: deliveryPattern(peer.dialect) };
  const subscribers = await connectClients(SUBSCRIBERS, setup);
  const publishers = Array.from({ length: PUBLISHERS }, (_, index) => new RawHttpClient(index, port, load));
  await load.run(publishers, WARM_UP_MS);

  const { answered, delivered, due, answeringMs, cpu } = await measureCpu(sampleServer, () =>
    load.run(publishers, MEASURED_MS),
  );
  [...subscribers, ...publishers].forEach((client) => {
    client.end();
  });

  return {
    metrics: {
      requestsPerCpuSecond: (answered / cpu.serverMs) * 1000,
      requestsPerSecond: (answered / answeringMs) * 1000,
      responseP50Ms: load.latency.percentileMs(0.5),
      responseP99Ms: load.latency.percentileMs(0.99),
      deliveredShare: delivered / due,
      diskMs,
      ...cpuMetrics(cpu),
      ...delayMetrics(cpu),
    },
    faults: load.ledger.faults,
  };
}

function describe(peers: readonly Peer[]): readonly string[] {
  return [
    `${PUBLISHERS} HTTP/1.1 connections that stay open send \`{"event":"bench","data":"…"}\` with a text of ${MESSAGE_BYTES} ` +
      `bytes, each its next request when the one before is answered; ${SUBSCRIBERS} WebSocket connections get the text. Checked: ` +
      'every request is answered with 202, and every connection gets every text once; an order among requests under way is not ' +
      'defined. The peers parse the body and send. Tidegate also verifies a token and its scope, validates the body, commits the ' +
      'update and an entry of the audit log before it answers, and counts who got the update. ' +
      `The SQLite file is a new one in ${databaseFolder()}, and fsync is what it takes there just before the measurement. ` +
      `Each measurement runs for ${MEASURED_MS / 1000} s after ${WARM_UP_MS / 1000} s of warm-up, in new processes which are not ` +
      `pinned, as a store has a thread of its own; it counts as server. Loop delay is how late the event loop of the server was. ${CPU_NOTE}`,
    markdownTable(
      ['peer', 'delivery'],
      peers.map(({ title, dialect }) => [title, code(dialect.delivery('…'))]),
    ),
  ];
}
