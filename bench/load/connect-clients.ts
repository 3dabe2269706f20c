import type { Peer } from '../peers/peer.js';
import { type ClientListener, RawClient } from './raw-client.js';

/** Upgrades under way at once: well within the backlog of a listening socket. */
const CONCURRENT_UPGRADES = 100;

/** Opens `count` connections, index 0 to count - 1. */
export async function connectClients(
  count: number,
  peer: Peer,
  port: number,
  listener: ClientListener,
): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const batchSize = Math.min(CONCURRENT_UPGRADES, count - clients.length);
    const batch = Array.from({ length: batchSize }, (_, index) => {
      return new RawClient(clients.length + index, peer, port, listener);
    });
    await Promise.all(batch.map((client) => client.ready));
    clients.push(...batch);
  }
  return clients;
}
