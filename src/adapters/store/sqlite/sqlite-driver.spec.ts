import { describe, expect, it } from '@jest/globals';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely, type Migration, Migrator, sql } from 'kysely';
import type { DatabasePresence } from './database-presence.js';
import { sqliteDialect } from './sqlite-driver.js';

interface Tables {
  note: { id: number; text: string };
}

async function open(): Promise<{ database: DatabaseSyncInstance; db: Kysely<Tables>; prepared: string[] }> {
  const database = new DatabaseSync(':memory:');
  const prepared: string[] = [];
  const counted = {
    prepare: (text: string) => {
      prepared.push(text);
      return database.prepare(text);
    },
    close: () => database.close(),
    get isTransaction() {
      return database.isTransaction;
    },
  } as DatabaseSyncInstance;
  const db = new Kysely<Tables>({ dialect: sqliteDialect(counted) });
  await sql`create table note (id integer primary key, text text not null) strict`.execute(db);
  prepared.length = 0;
  return { database, db, prepared };
}

describe('sqlite driver', () => {
  it('compiles a statement once', async () => {
    const { db, prepared } = await open();
    for (let id = 1; id <= 3; id += 1) {
      await db
        .insertInto('note')
        .values({ id, text: `${id}` })
        .execute();
    }
    expect(prepared).toHaveLength(1);
    expect(await db.selectFrom('note').select('text').execute()).toEqual([
      { text: '1' },
      { text: '2' },
      { text: '3' },
    ]);
    await db.destroy();
  });

  it('keeps the 256 statements used last', async () => {
    const { db, prepared } = await open();
    const run = (at: number): Promise<unknown> => sql`select ${sql.lit(at)} as value`.execute(db);
    for (let at = 0; at < 256; at += 1) {
      await run(at);
    }
    await run(0);
    await run(256);
    prepared.length = 0;
    await run(0);
    expect(prepared).toHaveLength(0);
    await run(1);
    expect(prepared).toHaveLength(1);
    await db.destroy();
  });

  it('tells rows from counts', async () => {
    const { db } = await open();
    const [inserted] = await db.insertInto('note').values({ id: 1, text: 'returning' }).execute();
    expect(inserted?.numInsertedOrUpdatedRows).toBe(1n);
    expect(await db.updateTable('note').set({ text: 'b' }).returning('id').execute()).toEqual([{ id: 1 }]);
    const [updated] = await db.updateTable('note').set({ text: 'select' }).execute();
    expect(updated?.numUpdatedRows).toBe(1n);
    await db.destroy();
  });

  it('throws why a transaction failed although SQLite has ended it already, and goes on', async () => {
    const { db } = await open();
    const failing = db.transaction().execute(async (tx) => {
      await tx.insertInto('note').values({ id: 1, text: 'a' }).execute();
      await sql`insert or rollback into note (id, text) values (1, 'b')`.execute(tx);
    });
    await expect(failing).rejects.toMatchObject({ errcode: 1555 });
    expect(await db.selectFrom('note').selectAll().execute()).toEqual([]);
    await db.transaction().execute((tx) => tx.insertInto('note').values({ id: 2, text: 'c' }).execute());
    expect(await db.selectFrom('note').select('id').execute()).toEqual([{ id: 2 }]);
    await db.destroy();
  });

  it('lets nothing count as committed while the file is gone, and does not let that hide an earlier error', async () => {
    let isGone = false;
    const presence = {
      check: () => {
        if (isGone) {
          throw new Error('gone');
        }
      },
    } as DatabasePresence;
    const db = new Kysely<Tables>({
      dialect: sqliteDialect(new DatabaseSync(':memory:'), undefined, presence),
    });
    await sql`create table note (id integer primary key, text text not null) strict`.execute(db);
    isGone = true;
    const insert = (id: number) => db.insertInto('note').values({ id, text: 'a' });
    await expect(insert(1).execute()).rejects.toThrow('gone');
    const committed = db
      .transaction()
      .execute((tx) => tx.insertInto('note').values({ id: 2, text: 'a' }).execute());
    await expect(committed).rejects.toThrow('gone');
    const failed = db.transaction().execute(() => Promise.reject(new Error('why')));
    await expect(failed).rejects.toThrow('why');
    await db.destroy();
  });

  it('lets others in between the transactions of a long call', async () => {
    const { db } = await open();
    const order: string[] = [];
    const insert = (id: number, name: string): Promise<void> =>
      db.transaction().execute(async (tx) => {
        await tx.insertInto('note').values({ id, text: name }).execute();
        order.push(name);
      });
    const long = (async () => {
      for (let id = 1; id <= 3; id += 1) {
        await insert(id, 'long');
      }
    })();
    const other = new Promise((resolve) => setImmediate(resolve)).then(() => insert(10, 'other'));
    await Promise.all([long, other]);
    expect(order.indexOf('other')).toBeLessThan(3);
    await db.destroy();
  });

  it('leaves nothing of a set of migrations that fails halfway', async () => {
    const { database, db } = await open();
    const migrations: Record<string, Migration> = {
      '1': {
        up: (tx: Kysely<unknown>) => tx.schema.createTable('half').addColumn('id', 'integer').execute(),
      },
      '2': { up: () => Promise.reject(new Error('broken')) },
    };
    const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
    const { error } = await migrator.migrateToLatest();
    expect(error).toEqual(new Error('broken'));
    const tables = database.prepare("select name from sqlite_schema where name = 'half'").all();
    expect(tables).toEqual([]);
    expect(await db.selectFrom('note').selectAll().execute()).toEqual([]);
    await db.destroy();
  });
});
