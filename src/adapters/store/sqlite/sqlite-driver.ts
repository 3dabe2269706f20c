import { setImmediate } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteDialectConfig,
  SqliteDriver,
  type SqliteStatement,
} from 'kysely';
import type { DatabasePresence } from './database-presence.js';
import { ExitGate } from './exit-gate.js';

const UNCHANGED = { changes: 0, lastInsertRowid: 0 };

/** Texts of one size of batch are few; the bound holds when sizes vary. */
const MAX_STATEMENTS = 256;

/**
 * Kysely's view of a `DatabaseSync`, whose statements run through the gate. With `presence` nothing counts as committed
 * when the file is gone.
 */
export function sqliteDialect(
  database: DatabaseSyncInstance,
  gate = new ExitGate(),
  presence?: DatabasePresence,
): Dialect {
  return new TransactionalDialect({ database: new DatabaseView(database, gate, presence) });
}

class TransactionalDialect extends SqliteDialect {
  constructor(private readonly config: SqliteDialectConfig) {
    super(config);
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  override createDriver(): Driver {
    return new YieldingDriver(this.config);
  }
}

/** Kysely would run the migrations one by one, but SQLite can undo DDL: a half-applied set must not stay. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Nothing here waits for I/O, so a call of many transactions would keep all others out until its end. */
class YieldingDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    // Those who come in this turn queue for the connection and get it before the next transaction of this call.
    await setImmediate();
    await super.beginTransaction(connection);
  }
}

class DatabaseView implements SqliteDatabase {
  /** In the order of their last use, for what is compiled once is used again by the next batch. */
  private readonly statements = new Map<string, SqliteStatement>();

  constructor(
    private readonly database: DatabaseSyncInstance,
    private readonly gate: ExitGate,
    private readonly presence: DatabasePresence | undefined,
  ) {}

  prepare(sql: string): SqliteStatement {
    const statement = this.statements.get(sql) ?? this.compile(sql);
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > MAX_STATEMENTS) {
      const [oldest] = this.statements.keys();
      this.statements.delete(oldest!);
    }
    return statement;
  }

  close(): void {
    this.statements.clear();
    this.gate.pass(() => this.database.close());
  }

  /** Of a statement after which no transaction is open: a commit, or one that was alone. */
  private checked<Result>(result: Result): Result {
    if (!this.database.isTransaction) {
      this.presence?.check();
    }
    return result;
  }

  private compile(sql: string): SqliteStatement {
    const { database, gate } = this;
    const statement = gate.pass(() => database.prepare(sql));
    return {
      reader: statement.columns().length > 0,
      all: (parameters) => this.checked(gate.pass(() => statement.all(...parameters))),
      run: (parameters) => {
        // A full disk ends the transaction by itself; a failing rollback would hide why, and so would the check.
        if (sql === 'rollback') {
          return database.isTransaction ? gate.pass(() => statement.run(...parameters)) : UNCHANGED;
        }
        return this.checked(gate.pass(() => statement.run(...parameters)));
      },
      iterate: (parameters) => statement.iterate(...parameters),
    };
  }
}
