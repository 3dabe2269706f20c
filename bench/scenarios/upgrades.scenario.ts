import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryPattern } from '../load/bench-message.js';
import { connectStorm, STORM_CONCURRENCY } from '../load/connect-storm.js';
import { endClients } from '../load/end-clients.js';
import { LatencyHistogram } from '../load/latency-histogram.js';
import { type CpuUse, measureCpu, sumCpu } from '../load/measure-cpu.js';
import { QuietListener } from '../load/quiet-listener.js';
import type { RawClient } from '../load/raw-client.js';
import { upgradeRequest } from '../load/upgrade-request.js';
import { nestWsPeer } from '../peers/nest-ws.peer.js';
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
import { count, milliseconds } from '../report/format.js';
import type { DriveContext, Measurement, Scenario } from './scenario.js';

const CLIENTS = 2000;
const QUIET_MS = 100;
const WARM_UP_STORMS = 5;
const MEASURED_SERVER_MS = 3000;
const MAX_STORMS = 30;

type Metric =
  'upgradesPerCpuSecond' | 'upgradesPerSecond' | 'readyP50Ms' | 'readyP99Ms' | CpuMetric | DelayMetric;

/** All clients come back at once, as they do after a deploy. */
export const upgradesScenario: Scenario<Metric> = {
  name: 'upgrades',
  title: `Upgrades: ${count(CLIENTS)} clients connect at once`,
  peers: [tidegatePeer, plainWsPeer, nestWsPeer, socketIoPeer],
  baselines: [plainWsPeer, socketIoPeer],
  cases: [
    {
      name: 'upgrades',
      title: `${count(CLIENTS)} clients, ${STORM_CONCURRENCY} of them on their way`,
      bars: [{ peer: tidegatePeer, over: plainWsPeer, atLeast: 0.6 }],
    },
  ],
  primary: { metric: 'upgradesPerCpuSecond', title: 'upgrades per server CPU-second', format: count },
  columns: [
    { metric: 'upgradesPerSecond', title: 'upgrades/s', format: count },
    { metric: 'readyP50Ms', title: 'p50 ms', format: milliseconds },
    { metric: 'readyP99Ms', title: 'p99 ms', format: milliseconds },
    LOOP_DELAY_P99,
    LOOP_DELAY_MAX,
    ...CPU_COLUMNS,
  ],
  hardTimeoutMs: 60_000,
  drive,
  describe: () => [
    `${count(CLIENTS)} clients connect as fast as the server takes them, ${STORM_CONCURRENCY} at a time: a listening socket ` +
      'of Node queues no more than 511, and what it drops comes back a second later. Each sends its upgrade request as soon ' +
      'as it is connected. The storm is over when all are ready; then all reset, and the next one starts when the server has ' +
      `none left. Only the storms are measured, after ${WARM_UP_STORMS} of them, until they took ` +
      `${MEASURED_SERVER_MS / 1000} s of server CPU, at most ${MAX_STORMS}. Ready is what the peer calls so: for Tidegate, ` +
      'that the token of the request is verified and the welcome is read; for Socket.IO, that its CONNECT is answered; for ' +
      'the others, that the response is read, and they verify nothing. Tokens are signed before the clock starts, a new ' +
      `one for every upgrade. CPU is counted until ${QUIET_MS} ms after the last is ready. p50 and p99 are from connect to ready; loop delay is how late the server's event loop was, in the worst of the storms. ${CPU_NOTE}`,
  ],
};

async function drive(context: DriveContext): Promise<Measurement<Metric>> {
  const { peer, port, sampleServer } = context;
  const listener = new QuietListener();
  const latency = new LatencyHistogram();
  const pattern = deliveryPattern(peer.dialect);
  let connections = 0;
  let stormMs = 0;
  const storm = async (): Promise<CpuUse> => {
    const requests = Array.from({ length: CLIENTS }, (_, index) => {
      return upgradeRequest(peer.dialect, connections + index, port);
    });
    connections += CLIENTS;
    let clients: readonly RawClient[] = [];
    const { cpu } = await measureCpu(sampleServer, async () => {
      const startedAtMs = performance.now();
      clients = await connectStorm(CLIENTS, { peer, port, listener, pattern, requests }, latency);
      stormMs += performance.now() - startedAtMs;
      // What the server put off until after the last of them belongs to the upgrades, too.
      await sleep(QUIET_MS);
      return {};
    });
    await endClients(clients, context);
    return cpu;
  };

  for (let warmUp = 0; warmUp < WARM_UP_STORMS; warmUp += 1) {
    await storm();
  }
  latency.clear();
  stormMs = 0;
  const storms: CpuUse[] = [];
  while (storms.length < MAX_STORMS && sumCpu(storms).serverMs < MEASURED_SERVER_MS) {
    storms.push(await storm());
  }

  const cpu = sumCpu(storms);
  const upgrades = storms.length * CLIENTS;
  return {
    metrics: {
      upgradesPerCpuSecond: (upgrades / cpu.serverMs) * 1000,
      upgradesPerSecond: (upgrades / stormMs) * 1000,
      readyP50Ms: latency.percentileMs(0.5),
      readyP99Ms: latency.percentileMs(0.99),
      ...cpuMetrics(cpu),
      ...delayMetrics(cpu),
    },
    faults: listener.faults,
  };
}
