import { expect, it } from '@jest/globals';
import { seededRandom } from '../../src/adapters/feed/seeded-random.js';
import { check, summary } from './checker.js';
import type { Violation, ViolationKind } from './evidence.js';
import { type FakeBug, FakeChatServer } from './fake-chat-server.js';
import { History } from './history.js';
import { planOf, runSeed, Workload } from './workload.js';

const RUN_MS = 2500;

/** What the checker finds in a short run of real clients with cut connections against a server with this bug. */
async function violationsWith(bug: FakeBug | undefined): Promise<Violation[]> {
  const seed = runSeed();
  const random = seededRandom(seed);
  const server = new FakeChatServer(bug, () => random() < 0.05);
  const url = await server.listening();
  const history = new History();
  const workload = new Workload(planOf(seed, 6, 3, 60), history, () => url);
  try {
    workload.start();
    await workload.run(new Promise((resolve) => setTimeout(resolve, RUN_MS)));
    server.drop();
    await workload.settle(4000).catch((error: unknown) => {
      // With some bugs a client waits in vain for what was promised.
      if (bug === undefined) {
        throw error;
      }
    });
  } finally {
    await workload.stop();
    await server.close();
  }
  const { operations, pushes, markers, quietAt } = history;
  const shown = workload.clients.flatMap((client) => client.shown());
  const { logs, maxRecovery } = server;
  expect(Math.min(...[...logs.values()].map(({ length }) => length))).toBeGreaterThan(5);
  return check({ operations, pushes, markers, quietAt, shown, logs, stored: logs, maxRecovery });
}

it('finds nothing in a faithful server', async () => {
  expect(summary(await violationsWith(undefined))).toBe('');
});

it.each<[FakeBug, ViolationKind]>([
  ['ack-before-commit', 'lost-ack'],
  ['no-dedup', 'duplicate-row'],
  ['publish-before-commit', 'phantom'],
  ['resume-off-by-one', 'bad-page'],
  ['reorder', 'push-order'],
])('finds %s, as %s', async (bug, kind) => {
  expect((await violationsWith(bug)).map((violation) => violation.kind)).toContain(kind);
});
