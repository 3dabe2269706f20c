import { setTimeout as sleep } from 'node:timers/promises';
import { deliveryPattern } from '../load/bench-message.js';
import { connectClients } from '../load/connect-clients.js';
import { measureCpu } from '../load/measure-cpu.js';
import { QuoteAudience } from '../load/quote-audience.js';
import { SYMBOL_COUNT, symbolNamed } from '../load/quote-frames.js';
import type { RawClient } from '../load/raw-client.js';
import { seededRandom } from '../../src/adapters/feed/seeded-random.js';
import { plainWsQuotesPeer, QUOTES_INTERVAL_MS, tidegateQuotesPeer } from '../peers/quotes.peers.js';
import {
  CPU_COLUMNS,
  CPU_NOTE,
  type CpuMetric,
  cpuMetrics,
  type DelayMetric,
  delayMetrics,
  LOOP_DELAY_MAX,
  LOOP_DELAY_P99,
  SERVER_CPU,
} from '../report/cpu-columns.js';
import { count, exactPercent, milliseconds } from '../report/format.js';
import type { Column, DriveContext, Measurement, Scenario, ScenarioCase } from './scenario.js';

const CLIENTS = 5000;
const SYMBOLS_EACH = 20;
const SEED = 1;
const WARM_UP_MS = 3000;
const MEASURED_MS = 10_000;
const CONCURRENT_SUBSCRIPTIONS = 100;
const MAX_CORE_SHARE = 0.65;
/** Timers are late now and then; a server that leaves out more than that does not keep the pace. */
const LEAST_PUSHES = (MEASURED_MS / QUOTES_INTERVAL_MS) * 0.97;

type Metric =
  | 'quotesPerCpuSecond'
  | 'quotesPerSecond'
  | 'deliveredShare'
  | 'latencyP50Ms'
  | 'latencyP99Ms'
  | DelayMetric
  | CpuMetric;

interface QuotesCase extends ScenarioCase {
  /** All clients look at the same symbols. */
  readonly isOneSet: boolean;
}

const LATENCY_P99: Column<Metric> = { metric: 'latencyP99Ms', title: 'p99 ms', format: milliseconds };

/** The schedule of the gateway sets the pace: what it cannot keep up with shows as a gap, and a gap is a fault. */
export const quotesScenario: Scenario<Metric, QuotesCase> = {
  name: 'quotes',
  title: `Quotes: ${count(CLIENTS)} connections × ${SYMBOLS_EACH} of ${SYMBOL_COUNT} symbols every ${QUOTES_INTERVAL_MS} ms`,
  peers: [tidegateQuotesPeer, plainWsQuotesPeer],
  baselines: [plainWsQuotesPeer],
  cases: [
    {
      name: 'quotes',
      title: 'Every connection looks at symbols of its own',
      isOneSet: false,
      bars: [],
      ceilings: [
        { peer: tidegateQuotesPeer, column: SERVER_CPU, atMost: MAX_CORE_SHARE },
        { peer: tidegateQuotesPeer, column: LATENCY_P99, atMost: QUOTES_INTERVAL_MS },
        { peer: tidegateQuotesPeer, column: LOOP_DELAY_P99, atMost: QUOTES_INTERVAL_MS },
      ],
    },
    { name: 'quotes-one-set', title: 'All connections look at the same symbols', isOneSet: true, bars: [] },
  ],
  primary: { metric: 'quotesPerCpuSecond', title: 'quotes per server CPU-second', format: count },
  columns: [
    { metric: 'quotesPerSecond', title: 'quotes/s', format: count },
    {
      metric: 'deliveredShare',
      title: 'delivered',
      format: exactPercent,
      summarize: (values) => Math.min(...values),
    },
    { metric: 'latencyP50Ms', title: 'p50 ms', format: milliseconds },
    LATENCY_P99,
    LOOP_DELAY_P99,
    LOOP_DELAY_MAX,
    ...CPU_COLUMNS,
  ],
  hardTimeoutMs: 90_000,
  drive,
  describe: () => [
    `Each of ${count(CLIENTS)} clients subscribes to ${SYMBOLS_EACH} of ${SYMBOL_COUNT} symbols of the simulated market, all of which ` +
      `move every ${QUOTES_INTERVAL_MS} ms, and compares every push with the one before: each holds its ${SYMBOLS_EACH} symbols, and none ` +
      `is skipped. Measured for ${MEASURED_MS / 1000} s after ${WARM_UP_MS / 1000} s. Latency is from the push, which the ` +
      'server of the bench writes into every quote, to the read of the whole message. Plain `ws` is a server written by hand for ' +
      `this one purpose, without authentication, limits or care for slow readers; its quotes are shorter, and it shares no work between clients with the same symbols. ${CPU_NOTE}`,
  ],
};

async function drive(
  { peer, port, sampleServer }: DriveContext,
  { isOneSet }: QuotesCase,
): Promise<Measurement<Metric>> {
  const audience = new QuoteAudience(CLIENTS);
  const setup = { peer, port, listener: audience, pattern: deliveryPattern(peer.dialect) };
  const clients = await connectClients(CLIENTS, setup);
  await subscribeAll(clients, audience, isOneSet);
  await sleep(WARM_UP_MS);
  const { pushes, cpu } = await measureCpu(sampleServer, async () => {
    audience.startCounting();
    const before = audience.slowest;
    await sleep(MEASURED_MS);
    return { pushes: audience.slowest - before };
  });
  const { quotes } = audience;
  const due = Math.max(pushes, LEAST_PUSHES) * CLIENTS * SYMBOLS_EACH;
  clients.forEach((client) => {
    client.end();
  });
  const loss = quotes < due ? [`${quotes} of ${due} quotes arrived`] : [];
  return {
    metrics: {
      quotesPerCpuSecond: (quotes / cpu.serverMs) * 1000,
      quotesPerSecond: (quotes / cpu.elapsedMs) * 1000,
      deliveredShare: Math.min(1, quotes / due),
      latencyP50Ms: audience.latency.percentileMs(0.5),
      latencyP99Ms: audience.latency.percentileMs(0.99),
      ...delayMetrics(cpu),
      ...cpuMetrics(cpu),
    },
    faults: [...loss, ...audience.faults],
  };
}

async function subscribeAll(
  clients: readonly RawClient[],
  audience: QuoteAudience,
  isOneSet: boolean,
): Promise<void> {
  const random = seededRandom(SEED);
  const oneSet = symbolSet(random);
  for (let first = 0; first < clients.length; first += CONCURRENT_SUBSCRIPTIONS) {
    const batch = clients.slice(first, first + CONCURRENT_SUBSCRIPTIONS);
    await Promise.all(
      batch.map((client) => {
        const symbols = isOneSet ? oneSet : symbolSet(random);
        const data = { symbols: symbols.map(symbolNamed) };
        return audience.subscribe(
          client,
          symbols,
          JSON.stringify({ id: 1, event: 'quotes.subscribe', data }),
        );
      }),
    );
  }
}

function symbolSet(random: () => number): readonly number[] {
  const symbols = new Set<number>();
  while (symbols.size < SYMBOLS_EACH) {
    symbols.add(Math.floor(random() * SYMBOL_COUNT));
  }
  return [...symbols];
}
