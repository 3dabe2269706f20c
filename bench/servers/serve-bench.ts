import { answerCalls } from '../ipc/answer-calls.js';
import { endWithRunner } from '../ipc/end-with-runner.js';
import type { ServerMethods, ServerSample } from '../ipc/methods.js';
import type { ServerSettings } from '../peers/peer.js';

export const LOOPBACK = '127.0.0.1';

/** Puts a server process at the runner's command. `listen` starts on a free loopback port and resolves to it. */
export function serveBench(listen: (settings: ServerSettings) => Promise<number>): void {
  endWithRunner();
  answerCalls<ServerMethods>(process, { listen, sample });
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
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMicros: user + system, rssBytes: rss, heapUsedBytes: heapUsed };
}
