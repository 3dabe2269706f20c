import { performance } from 'node:perf_hooks';
import type { LatencyHistogram } from './latency-histogram.js';
import { type ClientSetup, RawClient } from './raw-client.js';

/** Clients between connect and ready: what a listening socket of Node queues (511) holds all of them, none is dropped. */
export const STORM_CONCURRENCY = 500;

/**
 * Opens `count` connections as fast as the server takes them: each that becomes ready makes room for the next one.
 * Adds the time from connect to ready of every client.
 */
export async function connectStorm(
  count: number,
  setup: ClientSetup,
  latency: LatencyHistogram,
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  const connectInTurn = async () => {
    while (clients.length < count) {
      const startedAtMs = performance.now();
      const client = new RawClient(clients.length, setup);
      clients.push(client);
      await client.ready;
      latency.add(performance.now() - startedAtMs);
    }
  };
  await Promise.all(Array.from({ length: STORM_CONCURRENCY }, connectInTurn));
  return clients;
}
