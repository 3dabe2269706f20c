import type { StoreConfig } from '../../../config/app-config.js';
import { openPostgresStore } from './postgres/postgres-store.js';
import { openSqliteStore } from './sqlite/sqlite-store.js';
import type { StoreBundle } from './store-bundle.js';

/**
 * Opens the store that the configuration names. An embedded one is ready when this resolves; PostgreSQL may still be
 * out of reach and is then waited for. `onRetry` hears of transactions that are tried again. Throws `StoreRefused` when the store must not be used.
 */
export function openStore(config: StoreConfig, onRetry?: () => void): Promise<StoreBundle> {
  const { engine } = config;
  return engine.kind === 'postgres'
    ? openPostgresStore(config, onRetry && { onRetry })
    : openSqliteStore(engine.kind === 'sqlite' ? engine.file : undefined, config);
}
