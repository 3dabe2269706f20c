import { expect } from '@jest/globals';
import { eventually } from './eventually.js';
import type { TestGateway } from './test-gateway.js';

/** Below the time a test may take, so that a wrong count is what the failure shows. */
const DEADLINE_MS = 3000;

/** Reads one sample of a gateway. */
type Sample = (gateway: TestGateway) => Promise<number>;

export const refusedUpgrades =
  (reason: string): Sample =>
  (gateway) =>
    gateway.metric('ws_upgrade_rejected_total', `{reason="${reason}"}`);

export const closedConnections =
  (code: number | 'peer', reason: string): Sample =>
  (gateway) =>
    gateway.metric('ws_closed_total', `{code="${code}",reason="${reason}"}`);

export const refusedMessages =
  (reason: string): Sample =>
  (gateway) =>
    gateway.metric('ws_message_rejected_total', `{reason="${reason}"}`);

/** Expects `sample` to grow by exactly `times` through `action`. */
export async function expectCounted(
  gateway: TestGateway,
  sample: Sample,
  action: () => Promise<unknown>,
  times = 1,
): Promise<void> {
  const before = await sample(gateway);
  await action();
  // Ends are counted when the socket has closed, which the peer may see first.
  await eventually(async () => expect((await sample(gateway)) - before).toBe(times), DEADLINE_MS);
}
