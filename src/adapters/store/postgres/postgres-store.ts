import type { StoreConfig } from '../../../../config/app-config.js';
import type { AppendOutcome, NewMessage } from '../../../ports/message-store.port.js';
import { GroupCommit } from '../group-commit.js';
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
  const { messages: log, ...stores } = engine.calls.guardAll(createSqlStores(engine.db, 'postgres'));
  const commits = new GroupCommit<NewMessage, AppendOutcome>((batch) => log.appendAll(batch), {
    maxBatch: config.commitBatch,
    maxDelayMs: config.commitDelayMs,
  });
  return {
    ...stores,
    messages: {
      append: (message) => commits.add(message),
      findSend: log.findSend,
      edit: log.edit,
      delete: log.delete,
      page: log.page,
      trim: log.trim,
    },
    health: engine.health,
    close: () => engine.close(commits.drain()),
  };
}
