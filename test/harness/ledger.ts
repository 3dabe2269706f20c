import { sql } from 'kysely';
import type { PostgresEngine } from '../../src/adapters/store/postgres/postgres-engine.js';

type LedgerTables = {
  ledger: { key: string; seq: number };
  counter: { id: number; last: number };
};

/** The smallest store with the promise of the real ones: a key gets one number, numbers have no holes. */
export class Ledger {
  private readonly db;

  constructor(private readonly engine: PostgresEngine) {
    this.db = engine.db.withTables<LedgerTables>();
  }

  static readonly schema = `
    create table ledger (key text primary key, seq bigint not null unique);
    create table counter (id integer primary key, last bigint not null);
    insert into counter values (1, 0), (2, 0)`;

  /** Like `MessageStore.append`: idempotent, numbered inside the commit. */
  append(key: string): Promise<number> {
    return this.engine.calls.run(() =>
      this.db.transaction().execute(async (transaction) => {
        const { last } = await transaction
          .updateTable('counter')
          .set((row) => ({ last: row('last', '+', 1) }))
          .where('id', '=', 1)
          .returning('last')
          .executeTakeFirstOrThrow();
        const known = await transaction
          .selectFrom('ledger')
          .select('seq')
          .where('key', '=', key)
          .executeTakeFirst();
        if (known !== undefined) {
          await transaction
            .updateTable('counter')
            .set({ last: last - 1 })
            .where('id', '=', 1)
            .execute();
          return known.seq;
        }
        await transaction.insertInto('ledger').values({ key, seq: last }).execute();
        return last;
      }),
    );
  }

  find(key: string): Promise<number | undefined> {
    return this.engine.calls.run(async () => {
      const row = await this.db.selectFrom('ledger').select('seq').where('key', '=', key).executeTakeFirst();
      return row?.seq;
    });
  }

  /** Locks two rows in the given order, the second once `ready` resolves. */
  lock(first: number, second: number, ready: () => Promise<void>): Promise<void> {
    return this.engine.calls.run(() =>
      this.db.transaction().execute(async (transaction) => {
        await transaction.updateTable('counter').set({ last: 0 }).where('id', '=', first).execute();
        await ready();
        await transaction.updateTable('counter').set({ last: 0 }).where('id', '=', second).execute();
      }),
    );
  }

  /** Occupies a connection on the server's side. */
  sleep(seconds: number): Promise<unknown> {
    return this.engine.calls.run(() => sql`select pg_sleep(${seconds})`.execute(this.db));
  }

  /** What the server applies in our sessions. */
  setting(name: string): Promise<string | undefined> {
    return this.engine.calls.run(async () => {
      const query = sql<{ value: string }>`select current_setting(${name}) as value`;
      return (await query.execute(this.db)).rows[0]?.value;
    });
  }
}
