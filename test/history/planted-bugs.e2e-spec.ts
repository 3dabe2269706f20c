import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { type HistoryRunResult, killing, MAX_RECOVERY, runHistory } from './history-run.js';
import { KillableGateway } from './killable-gateway.js';
import { GatewayCopy, type PlantedBug, PLANTED_BUGS } from './planted-bug.js';
import { readSqliteLog } from './stored-log.js';
import { planOf, runSeed } from './workload.js';

/** A short run against a copy of the gateway that has this bug, or none. */
async function runWith(bug: PlantedBug | undefined): Promise<HistoryRunResult> {
  const kills = bug?.kills ?? 2;
  const copy = new GatewayCopy(bug);
  const file = join(copy.root, 'chat.db');
  try {
    const gateway = new KillableGateway(copy.root, {
      STORE_URL: `sqlite:${file}`,
      CHAT_MAX_RECOVERY_MESSAGES: String(MAX_RECOVERY),
    });
    return await runHistory({
      gateway,
      plan: planOf(runSeed(), 10, 8, 80),
      settleMs: bug === undefined ? 60_000 : 5000,
      strikes: [killing(gateway)],
      strikeCount: kills,
      // Without a strike this is how long the run lasts.
      strikeEveryMs: kills === 0 ? 5000 : 1200,
      readStored: () => Promise.resolve(readSqliteLog(file)),
    });
  } finally {
    copy.remove();
  }
}

it('finds nothing in a copy without a bug', async () => {
  const { violations, unsettled, report } = await runWith(undefined);
  expect({ report, violations: violations.length, unsettled }).toMatchObject({
    violations: 0,
    unsettled: undefined,
  });
}, 120_000);

it.each(PLANTED_BUGS)(
  'finds $name, as $kind',
  async (bug) => {
    const { violations } = await runWith(bug);
    expect(violations.map(({ kind }) => kind)).toContain(bug.kind);
  },
  120_000,
);
