import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import type { Pool, PoolClient, QueryResult as PgResult } from 'pg';
import { ConnectionLost } from './connection-lost.js';
import { isConnectionLoss } from './pg-errors.js';

/** Kysely on a pool. Unlike Kysely's own driver it knows of a lost connection whether a commit was under way. */
export function postgresDialect(pool: Pool): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(pool),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

class PostgresDriver implements Driver {
  constructor(private readonly pool: Pool) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.pool.connect());
    } catch (cause) {
      throw new ConnectionLost(false, { cause });
    }
  }

  beginTransaction(connection: PostgresConnection, settings: TransactionSettings): Promise<void> {
    return connection.begin(settings);
  }

  commitTransaction(connection: PostgresConnection): Promise<void> {
    return connection.commit();
  }

  rollbackTransaction(connection: PostgresConnection): Promise<void> {
    return connection.rollback();
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {}
}

class PostgresConnection implements DatabaseConnection {
  private lost: ConnectionLost | undefined;
  private isInTransaction = false;
  private hasWritten = false;

  constructor(private readonly client: PoolClient) {}

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    // A select that changes something (`with x as (delete ...)`) does not begin with the word.
    this.hasWritten ||= !/^\s*select\b/i.test(sql);
    const { rows, rowCount } = await this.run(sql, parameters);
    return { rows: rows as Row[], ...(rowCount !== null && { numAffectedRows: BigInt(rowCount) }) };
  }

  // Kysely asks for it; no query of ours streams.
  streamQuery(): AsyncIterableIterator<never> {
    throw new Error('Streaming is not supported');
  }

  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    const isolation = isolationLevel === undefined ? '' : ` isolation level ${isolationLevel}`;
    const access = accessMode === undefined ? '' : ` ${accessMode}`;
    this.isInTransaction = true;
    await this.run(`start transaction${isolation}${access}`);
  }

  async commit(): Promise<void> {
    this.isInTransaction = false;
    const { command } = await this.run('commit');
    // PostgreSQL answers the commit of a transaction in which a statement failed like this, without an error.
    if (command !== 'COMMIT') {
      throw new Error('The transaction was rolled back instead of committed');
    }
  }

  /** Never throws, or it would hide why the transaction failed. A connection that is dropped rolls back by itself. */
  async rollback(): Promise<void> {
    try {
      await this.run('rollback');
      this.isInTransaction = false;
    } catch (cause) {
      this.lost ??= new ConnectionLost(false, { cause });
    }
  }

  release(): void {
    this.client.release(this.lost);
  }

  private async run(sql: string, parameters: readonly unknown[] = []): Promise<PgResult> {
    if (this.lost !== undefined) {
      throw this.lost;
    }
    try {
      return await this.client.query(sql, [...parameters]);
    } catch (cause) {
      if (!isConnectionLoss(cause)) {
        throw cause;
      }
      // Inside a transaction nothing happened before the commit was sent; outside, every statement is its own.
      this.lost = new ConnectionLost(this.hasWritten && !this.isInTransaction, { cause });
      throw this.lost;
    }
  }
}
