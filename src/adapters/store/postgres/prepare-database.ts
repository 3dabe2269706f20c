import { Kysely } from 'kysely';
import { StoreRefused } from '../../../ports/store-refused.js';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { migrate } from '../sql/migrate.js';
import { toStoreError, withoutData } from './pg-errors.js';
import { postgresDialect } from './postgres-driver.js';
import { createMigrationPool } from './postgres-pool.js';

/** What Kysely says when the database knows a migration that we do not. */
const NEWER_SCHEMA = /^corrupted migrations/;

/**
 * Brings the schema up to date on a connection of its own. Gateways that start together wait for each other: Kysely
 * holds an advisory lock meanwhile. Throws `StoreRefused` for a schema that is newer, or that may not be changed.
 */
export async function prepareDatabase(url: string, signal: AbortSignal): Promise<void> {
  const pool = createMigrationPool(url);
  const abort = () => pool.drop();
  signal.addEventListener('abort', abort);
  try {
    await migrate(new Kysely<unknown>({ dialect: postgresDialect(pool) }));
  } catch (error) {
    if (error instanceof StoreRefused || toStoreError(error) instanceof StoreUnavailable) {
      throw error;
    }
    throw new StoreRefused(
      error instanceof Error && NEWER_SCHEMA.test(error.message)
        ? 'The database was migrated by a later version of Tidegate'
        : `The database could not be migrated (${withoutData(error).message})`,
    );
  } finally {
    signal.removeEventListener('abort', abort);
    await pool.end();
  }
}
