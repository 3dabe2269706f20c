import {
  type CustomTypesConfig,
  Pool,
  type PoolClient,
  type PoolConfig,
  TypeOverrides,
  types as pgTypes,
} from 'pg';

// Whoever waits for a store is a client at a socket: an answer after seconds is no better than `unavailable`, and
// every wait holds one of few connections.
const CONNECT_TIMEOUT_MS = 2_000;
const LOCK_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 4_000;
/** Above the server's limit: reached only when the server or the network says nothing at all. */
const ANSWER_TIMEOUT_MS = 5_000;
/** Other gateways wait for the locks of a transaction whose gateway stands still. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
const MIGRATION_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_DELAY_MS = 10_000;

/** Connections for the work of the gateway. No wait is longer than a few seconds. */
export function createPool(url: string, size: number): DroppablePool {
  return createDroppablePool(url, {
    max: size,
    lock_timeout: LOCK_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  });
}

/** One connection for migrations, which may wait for another gateway's. */
export function createMigrationPool(url: string): DroppablePool {
  return createDroppablePool(url, {
    max: 1,
    statement_timeout: MIGRATION_TIMEOUT_MS,
    query_timeout: MIGRATION_TIMEOUT_MS,
  });
}

/** A pool whose end cannot be held up by a server that says nothing. */
export class DroppablePool extends Pool {
  private readonly clients = new Set<PoolClient>();

  constructor(config: PoolConfig) {
    super(config);
    // An idle connection that breaks leaves the pool by itself; one in use fails its query, which tells the caller.
    this.on('error', ignore);
    this.on('connect', (client) => {
      this.clients.add(client.on('error', ignore));
    });
    this.on('remove', (client) => this.clients.delete(client));
  }

  /** Drops the connections, whatever they are in the middle of. */
  drop(): void {
    this.clients.forEach((client) => void client.end());
  }
}

function createDroppablePool(url: string, limits: PoolConfig): DroppablePool {
  return new DroppablePool({
    connectionString: url,
    application_name: 'tidegate',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    types: numericTypes(),
    verify: (client, done) => void assertDurability(client, done),
    ...limits,
  });
}

function ignore(): void {}

/** Sequence numbers, counts and times in milliseconds are safe integers, so `bigint` needs no strings. */
function numericTypes(): CustomTypesConfig {
  const types = new TypeOverrides();
  types.setTypeParser(pgTypes.builtins.INT8, Number);
  return types;
}

/** A role or database may default to commits that are not durable. Stronger settings than `on` are kept. */
async function assertDurability(client: PoolClient, done: (failure?: Error) => void): Promise<void> {
  let failure: Error | undefined;
  try {
    await client.query(
      `select set_config('synchronous_commit', 'on', false)
        where current_setting('synchronous_commit') in ('off', 'local')`,
    );
  } catch (error) {
    failure = error as Error;
  }
  done(failure);
}
