import type { ChildProcess } from 'node:child_process';
import { answerCalls } from '../ipc/answer-calls.js';
import type { LoadMethods, RunnerMethods, ServerMethods } from '../ipc/methods.js';
import { Remote } from '../ipc/remote.js';
import type { Peer } from '../peers/peer.js';
import type { Measurement, Scenario, ScenarioCase } from '../scenarios/scenario.js';
import type { BenchStore } from '../stores/bench-store.js';
import type { Stores } from '../stores/stores.js';
import { endChild, startChild } from './child.js';
import type { Pinning } from './pinning.js';

const LOAD_ENTRY = new URL('../load/main.js', import.meta.url);

/** One measurement of one peer. */
export interface Trial {
  readonly scenario: string;
  readonly case: string;
  readonly peer: string;
  readonly round: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly faults: readonly string[];
}

/** Measures a peer once, in a server and a load process of their own. Never longer than the hard timeout. */
export async function runTrial(
  scenario: Scenario,
  measuredCase: ScenarioCase,
  peer: Peer,
  round: number,
  pinning: Pinning,
  stores: Stores,
): Promise<Trial> {
  const store = peer.store === undefined ? undefined : await stores.create(peer.store);
  const server = startChild(peer.serverEntry, pinning.cores?.server);
  const load = startChild(LOAD_ENTRY, pinning.cores?.load);
  try {
    const { metrics, faults } = await Promise.race([
      measure(scenario, measuredCase, peer, server, load, store),
      failureOf('server', server),
      failureOf('load', load),
      timeout(scenario.hardTimeoutMs),
    ]);
    return { scenario: scenario.name, case: measuredCase.name, peer: peer.name, round, metrics, faults };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return {
      scenario: scenario.name,
      case: measuredCase.name,
      peer: peer.name,
      round,
      metrics: {},
      faults: [fault],
    };
  } finally {
    await Promise.all([endChild(load), endChild(server)]);
    await store?.remove();
  }
}

async function measure(
  scenario: Scenario,
  measuredCase: ScenarioCase,
  peer: Peer,
  server: ChildProcess,
  load: ChildProcess,
  store: BenchStore | undefined,
): Promise<Measurement> {
  const toServer = new Remote<ServerMethods>(server);
  const toLoad = new Remote<LoadMethods>(load);
  answerCalls<RunnerMethods>(load, {
    sampleServer: async () => ({
      ...(await toServer.call('sample', undefined)),
      storeCpuMicros: store?.cpuMicros() ?? 0,
    }),
    collectServerGarbage: () => toServer.call('collectGarbage', undefined),
    stopServerDelayWatch: () => toServer.call('stopDelayWatch', undefined),
    countServerConnections: () => toServer.call('countConnections', undefined),
  });
  const port = await toServer.call('listen', {
    ...peer.settings,
    ...(store !== undefined && { STORE_URL: store.url }),
  });
  return toLoad.call('drive', { scenario: scenario.name, case: measuredCase.name, peer: peer.name, port });
}

function failureOf(role: string, child: ChildProcess): Promise<never> {
  return new Promise((_, reject) => {
    child.on('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`the ${role} process ended early (${signal ?? code})`));
    });
  });
}

function timeout(timeoutMs: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => {
      reject(new Error(`not done after ${timeoutMs / 1000} s`));
    }, timeoutMs).unref();
  });
}
