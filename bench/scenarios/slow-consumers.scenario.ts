import { setTimeout as sleep } from 'node:timers/promises';
import { benchMessage, deliveryPattern } from '../load/bench-message.js';
import { BroadcastAudience } from '../load/broadcast-audience.js';
import { clientTextFrame } from '../load/client-frame.js';
import { connectClients } from '../load/connect-clients.js';
import { measureCpu } from '../load/measure-cpu.js';
import { OpenLoop } from '../load/open-loop.js';
import { QuoteAudience } from '../load/quote-audience.js';
import { SYMBOL_COUNT, symbolNamed } from '../load/quote-frames.js';
import { type ClientListener, RawClient } from '../load/raw-client.js';
import { waitUntilClogged } from '../load/wait-until-clogged.js';
import type { Peer } from '../peers/peer.js';
import { plainWsQuotesPeer, QUOTES_INTERVAL_MS, tidegateQuotesPeer } from '../peers/quotes.peers.js';
import { CPU_COLUMNS, CPU_NOTE, type CpuMetric, cpuMetrics } from '../report/cpu-columns.js';
import { count, exactPercent, megabytes, milliseconds } from '../report/format.js';
import type { Column, DriveContext, Measurement, Scenario } from './scenario.js';

const READERS = 950;
const STOPPING = 50;
const SYMBOLS_OF_READERS = 20;
const BROADCASTS_PER_SECOND = 20;
const WARM_UP_MS = 3000;
/** Short of what ends a client that takes nothing: the slow ones are there all the time. */
const MEASURED_MS = 5000;
const SETTLE_MS = 1000;
/** For each that stopped the bound of its queue (`WS_MAX_QUEUE_BYTES`) and a write of all symbols under way. */
const MAX_GROWTH_BYTES = STOPPING * (1_048_576 + 300_000);

type Metric =
  'latencyP99Ms' | 'latencyP50Ms' | 'quotesP99Ms' | 'deliveredShare' | 'memoryGrowthBytes' | CpuMetric;

const stopping = (peer: Peer): Peer => ({
  ...peer,
  name: `${peer.name}-stopped`,
  title: `${peer.title}, 5 % stopped`,
});
const tidegateStopping = stopping(tidegateQuotesPeer);
const plainWsStopping = stopping(plainWsQuotesPeer);
const STOPPING_PEERS: ReadonlySet<Peer> = new Set([tidegateStopping, plainWsStopping]);

const MEMORY_GROWTH: Column<Metric> = {
  metric: 'memoryGrowthBytes',
  title: 'memory growth MB',
  format: megabytes,
};

/** What clients that stop reading cost the others, and the memory of the server. */
export const slowConsumersScenario: Scenario<Metric> = {
  name: 'slow-consumers',
  title: `Slow consumers: ${STOPPING} of ${count(READERS + STOPPING)} clients stop reading`,
  peers: [tidegateQuotesPeer, tidegateStopping, plainWsQuotesPeer, plainWsStopping],
  baselines: [tidegateQuotesPeer, plainWsQuotesPeer],
  cases: [
    {
      name: 'slow-consumers',
      title: `Broadcasts as the ${READERS} others see them`,
      bars: [{ peer: tidegateStopping, over: tidegateQuotesPeer, atMost: 1.2 }],
      ceilings: [{ peer: tidegateStopping, column: MEMORY_GROWTH, atMost: MAX_GROWTH_BYTES }],
    },
  ],
  primary: { metric: 'latencyP99Ms', title: 'p99 ms', format: milliseconds },
  columns: [
    { metric: 'latencyP50Ms', title: 'p50 ms', format: milliseconds },
    { metric: 'quotesP99Ms', title: 'quotes p99 ms', format: milliseconds },
    {
      metric: 'deliveredShare',
      title: 'delivered',
      format: exactPercent,
      summarize: (values) => Math.min(...values),
    },
    MEMORY_GROWTH,
    ...CPU_COLUMNS,
  ],
  hardTimeoutMs: 60_000,
  drive,
  describe: () => [
    `${count(READERS)} clients read ${SYMBOLS_OF_READERS} symbols each, ${STOPPING} all ${SYMBOL_COUNT}, pushed every ` +
      `${QUOTES_INTERVAL_MS} ms; all get ${BROADCASTS_PER_SECOND} broadcasts a second of 100 bytes, sent on a schedule and timed ` +
      `from it. In the rows "5 % stopped" those ${STOPPING} stop reading, and the measurement starts when the kernel takes no more ` +
      `for them. It lasts ${MEASURED_MS / 1000} s. Every reader must get every broadcast and every push, and all that stopped must ` +
      'still be connected at the end. Memory growth is that of the resident set of the server from before they stop to the end, ' +
      'each after a forced garbage collection. Plain `ws` ' +
      `keeps what slow clients do not read, without a bound, until memory ends. ${CPU_NOTE}`,
  ],
};

async function drive(context: DriveContext): Promise<Measurement<Metric>> {
  const { peer, port, sampleServer, collectServerGarbage, countServerConnections } = context;
  const broadcasts = new BroadcastAudience(READERS);
  const quotes = new QuoteAudience(READERS + STOPPING + 1);
  const listener: ClientListener = {
    readStarted: () => {
      quotes.readStarted();
    },
    received: ({ index }, sequence) => {
      broadcasts.receive(index, sequence);
    },
    receivedText: (client, payload) => {
      quotes.receivedText(client, payload);
    },
    readEnded: () => {},
    lost: (client, reason) => {
      quotes.lost(client, reason);
    },
  };
  const setup = { peer, port, listener, pattern: deliveryPattern(peer.dialect) };
  const clients = await connectClients(READERS + STOPPING, setup);
  const publisher = new RawClient(clients.length, setup);
  await publisher.ready;
  for (const client of clients) {
    const symbols = symbolsOf(client);
    const data = { symbols: symbols.map(symbolNamed) };
    await quotes.subscribe(client, symbols, JSON.stringify({ id: 1, event: 'quotes.subscribe', data }));
  }
  await collectServerGarbage();
  const { rssBytes: before } = await sampleServer();
  // Behind the forced collection, which throws compiled code away as well.
  await sleep(WARM_UP_MS);
  if (STOPPING_PEERS.has(peer)) {
    clients.slice(READERS).forEach((client) => {
      client.pause();
    });
    await waitUntilClogged(port, STOPPING);
  }
  quotes.startCounting();
  const schedule = new OpenLoop(BROADCASTS_PER_SECOND, (messages, dueAtMs) => {
    for (let message = 0; message < messages; message += 1) {
      const text = benchMessage(broadcasts.send(dueAtMs));
      publisher.write(clientTextFrame(peer.dialect.publish(text)));
    }
  });
  const { cpu } = await measureCpu(sampleServer, async () => {
    await schedule.run(MEASURED_MS);
    return {};
  });
  await sleep(SETTLE_MS);
  const connected = await countServerConnections();
  await collectServerGarbage();
  const { rssBytes: after } = await sampleServer();
  const { delivered, due, latency } = broadcasts;
  const loss = delivered === due ? [] : [`${delivered} of ${due} broadcasts arrived`];
  const all = clients.length + 1;
  const gone = connected === all ? [] : [`${connected} of ${all} connections are left`];
  [...clients, publisher].forEach((client) => {
    client.end();
  });
  return {
    metrics: {
      latencyP99Ms: latency.percentileMs(0.99),
      latencyP50Ms: latency.percentileMs(0.5),
      quotesP99Ms: quotes.latency.percentileMs(0.99),
      deliveredShare: delivered / due,
      memoryGrowthBytes: after - before,
      ...cpuMetrics(cpu),
    },
    faults: [...loss, ...gone, ...broadcasts.faults, ...quotes.faults],
  };
}

function symbolsOf({ index }: RawClient): readonly number[] {
  const wanted = index < READERS ? SYMBOLS_OF_READERS : SYMBOL_COUNT;
  return Array.from({ length: wanted }, (_, place) => (index * SYMBOLS_OF_READERS + place) % SYMBOL_COUNT);
}
