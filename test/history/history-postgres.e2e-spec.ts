import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithPostgres, PostgresServer } from '../harness/postgres-server.js';
import { killing, MAX_RECOVERY, runHistory } from './history-run.js';
import { KillableGateway, REPOSITORY } from './killable-gateway.js';
import type { Strike } from './nemesis.js';
import { entriesByRoom, STORED_LOG_SQL } from './stored-log.js';
import { planOf, runSeed } from './workload.js';

describeWithPostgres('history on PostgreSQL', () => {
  let postgres: PostgresServer;
  beforeAll(async () => {
    postgres = await PostgresServer.start();
  }, 60_000);
  afterAll(() => postgres.stop());

  const killingPostgres = (): Strike => ({
    name: 'PostgreSQL killed',
    strike: async (pause) => {
      await postgres.kill();
      await pause();
      await postgres.restart();
    },
  });

  it('keeps every promise of chat to 50 devices while the gateway and the database are killed and connections are cut', async () => {
    const url = await postgres.createDatabase();
    const gateway = new KillableGateway(REPOSITORY, {
      STORE_URL: url,
      CHAT_MAX_RECOVERY_MESSAGES: String(MAX_RECOVERY),
    });
    const { violations, unsettled, refusals, activity, report } = await runHistory({
      gateway,
      plan: planOf(runSeed(), 25, 12, 120),
      settleMs: 60_000,
      strikes: [killingPostgres(), killing(gateway)],
      strikeCount: 6,
      strikeEveryMs: 2500,
      readStored: async () => entriesByRoom(await postgres.query(STORED_LOG_SQL, url)),
    });
    expect({ report, violations: violations.length, unsettled }).toMatchObject({
      violations: 0,
      unsettled: undefined,
    });
    expect([...refusals].filter((refusal) => refusal !== 'chat.edit not_found')).toEqual([]);
    expect(Object.entries(activity).filter(([, count]) => count === 0)).toEqual([]);
  }, 300_000);
});
