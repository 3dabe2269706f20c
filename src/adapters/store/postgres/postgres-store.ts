import type { StoreConfig } from '../../../../config/app-config.js';
import { groupWrites } from '../grouped-writes.js';
import { createSqlStores } from '../sql/sql-stores.js';
import type { StoreBundle } from '../store-bundle.js';
import { PostgresEngine, type PostgresOptions } from './postgres-engine.js';

/**
 * The store on a PostgreSQL that gateways share. Resolves within seconds even when the server is out of reach: then
 * every method throws `StoreUnavailable` until it answers. Throws `StoreRefused`.
 */
export async function openPostgresStore(
  config: StoreConfig,
  options?: PostgresOptions,
): Promise<StoreBundle> {
  if (config.engine.kind !== 'postgres') {
    throw new Error(`Not a PostgreSQL store: ${config.engine.kind}`);
  }
  const engine = await PostgresEngine.open(config.engine.url, config.poolSize, options);
  const stores = engine.calls.guardAll(createSqlStores(engine.db, 'postgres'));
  const { drain, ...grouped } = groupWrites(stores, config);
  return {
    rooms: stores.rooms,
    hooks: stores.hooks,
    ...grouped,
    health: engine.health,
    close: () => engine.close(drain()),
  };
}
