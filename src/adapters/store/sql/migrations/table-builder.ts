import { type CreateTableBuilder, type Kysely, PostgresAdapter, type RawBuilder, sql } from 'kysely';

/** What the engines call the same things. Released migrations rest on it: what is here is never changed. */
export interface TableBuilder {
  /** Compared by bytes on both engines, so that they page alike. */
  readonly text: RawBuilder<unknown>;
  /** Of 64 bits. */
  readonly integer: RawBuilder<unknown>;
  /** Begins a table. On SQLite its rows are the leaves of its primary key, or in order of arrival with `hasRowid`. */
  readonly table: (name: string, options?: { readonly hasRowid: boolean }) => CreateTableBuilder<string>;
}

export function tableBuilder(db: Kysely<unknown>): TableBuilder {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  return {
    text: isPostgres ? sql`text collate "C"` : sql`text`,
    integer: isPostgres ? sql`bigint` : sql`integer`,
    table: (name, { hasRowid } = { hasRowid: false }) => {
      const builder = db.schema.createTable(name);
      return isPostgres ? builder : builder.modifyEnd(hasRowid ? sql`strict` : sql`strict, without rowid`);
    },
  };
}
