import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { killing, MAX_RECOVERY, runHistory } from './history-run.js';
import { KillableGateway, REPOSITORY } from './killable-gateway.js';
import { readSqliteLog } from './stored-log.js';
import { planOf, runSeed } from './workload.js';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-history-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps every promise of chat to 50 devices while the gateway is killed and connections are cut, on SQLite', async () => {
  const file = join(folder, 'chat.db');
  const gateway = new KillableGateway(REPOSITORY, {
    STORE_URL: `sqlite:${file}`,
    CHAT_MAX_RECOVERY_MESSAGES: String(MAX_RECOVERY),
  });
  const { violations, unsettled, refusals, activity, report } = await runHistory({
    gateway,
    plan: planOf(runSeed(), 25, 10, 120),
    settleMs: 60_000,
    strikes: [killing(gateway)],
    strikeCount: 6,
    strikeEveryMs: 2000,
    readStored: () => Promise.resolve(readSqliteLog(file)),
  });
  expect({ report, violations: violations.length, unsettled }).toMatchObject({
    violations: 0,
    unsettled: undefined,
  });
  expect([...refusals].filter((refusal) => !EXPECTED_REFUSALS.includes(refusal))).toEqual([]);
  expect(Object.entries(activity).filter(([, count]) => count === 0)).toEqual([]);
}, 300_000);

/** Two devices of a user revise the same message. */
const EXPECTED_REFUSALS = ['chat.edit not_found'];
