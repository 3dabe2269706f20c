import { setTimeout as pause } from 'node:timers/promises';
import { Kysely } from 'kysely';
import type { StoreRefused } from '../../../ports/store-refused.js';
import type { Schema } from '../sql/schema.js';
import { FirstConnection } from './first-connection.js';
import { GuardedCalls } from './guarded-calls.js';
import { PostgresHealth } from './postgres.health.js';
import { postgresDialect } from './postgres-driver.js';
import { createPool, type DroppablePool } from './postgres-pool.js';
import { prepareDatabase } from './prepare-database.js';

/** A healthy server is ready within it; the gateway does not wait longer for any other before it starts. */
const BOOT_LIMIT_MS = 2_000;
/** Above the limit of one statement: what a server works on still gets its answer. */
const CLOSE_LIMIT_MS = 6_000;

export interface PostgresOptions {
  /** The database turned out to be unusable after the boot. Default: the process ends with it, uncaught. */
  readonly onFatal?: (error: StoreRefused) => void;
  /** A transaction that lost against another one is tried again. */
  readonly onRetry?: () => void;
}

/** PostgreSQL as the stores see it: queries, the door before them, health, and an end. */
export class PostgresEngine {
  readonly db: Kysely<Schema>;
  readonly calls: GuardedCalls;
  readonly health: PostgresHealth;
  private readonly pool: DroppablePool;
  private readonly first: FirstConnection;

  private constructor(url: string, poolSize: number, options: PostgresOptions) {
    this.pool = createPool(url, poolSize);
    this.db = new Kysely({ dialect: postgresDialect(this.pool) });
    this.first = new FirstConnection((signal) => prepareDatabase(url, signal));
    const isReady = () => this.first.isDone;
    this.calls = new GuardedCalls(isReady, options.onRetry);
    this.health = new PostgresHealth(this.pool, isReady);
  }

  /** Resolves once the schema is up to date, or without it when that takes too long: then it goes on in the background. */
  static async open(url: string, poolSize: number, options: PostgresOptions = {}): Promise<PostgresEngine> {
    const engine = new PostgresEngine(url, poolSize, options);
    try {
      if (!(await engine.first.wait(BOOT_LIMIT_MS))) {
        void engine.first.onRefused(options.onFatal ?? endProcess);
      }
      return engine;
    } catch (error) {
      await engine.close();
      throw error;
    }
  }

  /** Waits for `pending` and what is under way, for seconds at most; then the connections are dropped. */
  async close(pending: Promise<void> = Promise.resolve()): Promise<void> {
    await this.first.stop();
    const limit = new AbortController();
    const timeout = pause(CLOSE_LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
    await Promise.race([pending.then(() => this.calls.close()), timeout]);
    limit.abort();
    this.pool.drop();
    await this.pool.end();
  }
}

/** Out of reach of every `catch`: a gateway that can never store anything must not go on. */
function endProcess(error: StoreRefused): void {
  queueMicrotask(() => {
    throw error;
  });
}
