import { type ClientSetup, RawClient } from './raw-client.js';

/** Upgrades under way at once: well within the backlog of a listening socket. */
const CONCURRENT_UPGRADES = 100;

/** Opens `count` connections, index 0 to count - 1. */
export async function connectClients(count: number, setup: ClientSetup): Promise<readonly RawClient[]> {
  const clients: RawClient[] = [];
  while (clients.length < count) {
    const batchSize = Math.min(CONCURRENT_UPGRADES, count - clients.length);
    const batch = Array.from({ length: batchSize }, (_, index) => {
      return new RawClient(clients.length + index, setup);
    });
    await Promise.all(batch.map((client) => client.ready));
    clients.push(...batch);
  }
  return clients;
}
