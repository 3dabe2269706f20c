import { monitorEventLoopDelay } from 'node:perf_hooks';
import { answerCalls } from '../ipc/answer-calls.js';
import { endWithRunner } from '../ipc/end-with-runner.js';
import type { ServerMethods, ServerSample } from '../ipc/methods.js';
import type { ServerSettings } from '../peers/peer.js';
import { collectGarbage } from './collect-garbage.js';

export const LOOPBACK = '127.0.0.1';

const DELAY_RESOLUTION_MS = 5;
const eventLoopDelay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

/** Puts a server process at the runner's command. `listen` starts on a free loopback port and resolves to it. */
export function serveBench(listen: (settings: ServerSettings) => Promise<number>): void {
  endWithRunner();
  eventLoopDelay.enable();
  answerCalls<ServerMethods>(process, { listen, sample, collectGarbage, stopDelayWatch, countConnections });
}

/** The port of an address that a TCP server reports. */
export function portOf(address: string | { readonly port: number } | null): number {
  if (address === null || typeof address === 'string') {
    throw new TypeError('The server listens on no TCP port');
  }
  return address.port;
}

function sample(): ServerSample {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const eventLoopDelayP99Ms = delayMs(eventLoopDelay.percentile(99));
  const eventLoopDelayMaxMs = delayMs(eventLoopDelay.max);
  eventLoopDelay.reset();
  return {
    cpuMicros: user + system,
    systemMicros: system,
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    externalBytes: external,
    eventLoopDelayP99Ms,
    eventLoopDelayMaxMs,
  };
}

function stopDelayWatch(): void {
  eventLoopDelay.disable();
}

/** A peer need not count its own: Node knows every socket that is open. */
function countConnections(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
}

/** Node records the time from one look to the next, which is the resolution where nothing is late. */
function delayMs(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - DELAY_RESOLUTION_MS);
}
