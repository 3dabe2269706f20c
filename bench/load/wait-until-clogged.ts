import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;
const MAX_POLLS = 40;
/** More than a receiver that reads ever leaves in the queue between two polls. */
const CLOGGED_BYTES = 200_000;

/**
 * Resolves when the kernel holds all it takes for `count` connections of the server at `port`: their queues are long and
 * no longer grow. Throws when that does not happen. Reads /proc (Linux); without it, it waits for as long as it ever may.
 */
export async function waitUntilClogged(port: number, count: number): Promise<void> {
  let before = 0;
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    await sleep(POLL_MS);
    const queues = sendQueues(port)?.filter((bytes) => bytes > CLOGGED_BYTES);
    const bytes = queues?.reduce((sum, queue) => sum + queue, 0) ?? 0;
    if (queues !== undefined && queues.length >= count && bytes === before) {
      return;
    }
    before = bytes;
  }
  if (sendQueues(port) !== undefined) {
    throw new Error(`The kernel still takes bytes for clients that do not read`);
  }
}

/** Bytes in the send queue of each connection of the server (proc_net_tcp(5)). Undefined where there is no /proc. */
function sendQueues(port: number): number[] | undefined {
  try {
    const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    return readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, address]) => address?.endsWith(local))
      .map(([, , , , queues = '']) => Number.parseInt(queues.split(':')[0] ?? '', 16));
  } catch {
    return undefined;
  }
}
