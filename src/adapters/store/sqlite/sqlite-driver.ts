import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { type Dialect, type SqliteDatabase, SqliteDialect, type SqliteStatement } from 'kysely';

/** Whether a statement gives rows: `node:sqlite` does not say before it runs. */
const GIVES_ROWS = /^\s*(?:select|with|pragma|values)\b|\breturning\b/i;

/** Kysely's view of a `DatabaseSync`. */
export function sqliteDialect(database: DatabaseSyncInstance): Dialect {
  return new SqliteDialect({ database: new DatabaseView(database) });
}

class DatabaseView implements SqliteDatabase {
  constructor(private readonly database: DatabaseSyncInstance) {}

  prepare(sql: string): SqliteStatement {
    const statement = this.database.prepare(sql);
    return {
      reader: GIVES_ROWS.test(sql),
      all: (parameters) => statement.all(...(parameters as never[])),
      run: (parameters) => statement.run(...(parameters as never[])),
      iterate: (parameters) => statement.iterate(...(parameters as never[])),
    };
  }

  close(): void {
    this.database.close();
  }
}
