import { setTimeout } from 'node:timers/promises';
import type { DriveContext } from '../scenarios/scenario.js';
import type { RawClient } from './raw-client.js';

const POLL_MS = 20;
const MAX_POLLS = 500;

/** Ends all connections of the load and resolves when the server has none left. */
export async function endClients(
  clients: readonly RawClient[],
  { countServerConnections }: DriveContext,
): Promise<void> {
  clients.forEach((client) => {
    client.end();
  });
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    if ((await countServerConnections()) === 0) {
      return;
    }
    await setTimeout(POLL_MS);
  }
  throw new Error(`The server still holds ${await countServerConnections()} connections that were reset`);
}
