import { setTimeout } from 'node:timers/promises';
import type { SystemSample } from '../ipc/methods.js';
import { deliveryPattern } from '../load/bench-message.js';
import { connectClients } from '../load/connect-clients.js';
import { endClients } from '../load/end-clients.js';
import { measureCpu } from '../load/measure-cpu.js';
import { QuietListener } from '../load/quiet-listener.js';
import { nestWsPeer } from '../peers/nest-ws.peer.js';
import { plainWsPeer } from '../peers/plain-ws.peer.js';
import { socketIoPeer } from '../peers/socket-io.peer.js';
import { tidegatePeer } from '../peers/tidegate.peer.js';
import { count, kilobytes, megabytes, milliseconds, percent } from '../report/format.js';
import type { DriveContext, Measurement, Scenario } from './scenario.js';

const CONNECTIONS = 10_000;
const WARM_UP_CONNECTIONS = 500;
/** Every connection has one heartbeat of the default 25 s in it, where its server sends any. */
const IDLE_MS = 10_000;
/** V8 gives pages back from threads of its own, after the collection that freed them. */
const UNMAP_MS = 1000;

type Metric =
  | 'rssPerConnection'
  | 'heapPerConnection'
  | 'externalPerConnection'
  | 'rssBefore'
  | 'rssAfter'
  | 'idleCpuMsPerSecond'
  | 'othersCpuShare';

/** What a connection that does nothing costs: the ceiling of connections to a machine. */
export const idleMemoryScenario: Scenario<Metric> = {
  name: 'idle-memory',
  title: `Memory of ${count(CONNECTIONS)} idle connections`,
  peers: [tidegatePeer, plainWsPeer, nestWsPeer, socketIoPeer],
  baselines: [plainWsPeer, socketIoPeer],
  cases: [
    {
      name: 'idle-memory',
      title: `${count(CONNECTIONS)} connections, open and idle`,
      bars: [{ peer: tidegatePeer, over: plainWsPeer, atMost: 1.6 }],
    },
  ],
  primary: { metric: 'rssPerConnection', title: 'RSS kB per connection', format: kilobytes },
  columns: [
    { metric: 'heapPerConnection', title: 'heap kB', format: kilobytes },
    { metric: 'externalPerConnection', title: 'external kB', format: kilobytes },
    { metric: 'rssBefore', title: 'RSS MB before', format: megabytes },
    { metric: 'rssAfter', title: 'after', format: megabytes },
    { metric: 'idleCpuMsPerSecond', title: 'idle CPU ms/s', format: milliseconds },
    { metric: 'othersCpuShare', title: 'others', format: percent },
  ],
  hardTimeoutMs: 90_000,
  drive,
  describe: () => [
    'What the server process grows by, per connection: its memory with all connections open, upgraded and greeted, less its ' +
      `memory before, each after forced garbage collections. ${WARM_UP_CONNECTIONS} connections come and go first, so that ` +
      'code and caches of the first connections do not count. Socket buffers of the kernel are no memory of the process and ' +
      'stay out. Heap is the JavaScript part, external is what its objects hold outside, buffers most of all; RSS has both ' +
      'and what the allocator keeps. Connections first fill pages that the start of the server left free, so that RSS is ' +
      'kind to a server with much to start; the heap column is not. Tidegate binds the handlers of commands to a connection ' +
      'with its first command, and these send none. Less is better. ' +
      `Idle CPU is server CPU for all ${count(CONNECTIONS)} connections over the next ${IDLE_MS / 1000} s, heartbeats ` +
      'that are due meanwhile included where the server sends any (Tidegate and Socket.IO every 25 s).',
  ],
};

async function drive(context: DriveContext): Promise<Measurement<Metric>> {
  const { peer, port, sampleServer } = context;
  const listener = new QuietListener();
  const setup = { peer, port, listener, pattern: deliveryPattern(peer.dialect) };
  await context.stopServerDelayWatch();
  await endClients(await connectClients(WARM_UP_CONNECTIONS, setup), context);

  const before = await sampleWithoutGarbage(context);
  const clients = await connectClients(CONNECTIONS, setup);
  const after = await sampleWithoutGarbage(context);
  const { cpu } = await measureCpu(sampleServer, () => setTimeout(IDLE_MS, {}));
  const open = await context.countServerConnections();
  clients.forEach((client) => {
    client.end();
  });

  const loss = open === CONNECTIONS ? [] : [`the server holds ${open} of ${CONNECTIONS} connections`];
  return {
    metrics: {
      rssPerConnection: (after.rssBytes - before.rssBytes) / CONNECTIONS,
      heapPerConnection: (after.heapUsedBytes - before.heapUsedBytes) / CONNECTIONS,
      externalPerConnection: (after.externalBytes - before.externalBytes) / CONNECTIONS,
      rssBefore: before.rssBytes,
      rssAfter: after.rssBytes,
      idleCpuMsPerSecond: (cpu.serverMs / cpu.elapsedMs) * 1000,
      othersCpuShare: cpu.othersShare,
    },
    faults: [...loss, ...listener.faults],
  };
}

async function sampleWithoutGarbage({
  collectServerGarbage,
  sampleServer,
}: DriveContext): Promise<SystemSample> {
  await collectServerGarbage();
  await setTimeout(UNMAP_MS);
  await collectServerGarbage();
  await setTimeout(UNMAP_MS);
  return await sampleServer();
}
