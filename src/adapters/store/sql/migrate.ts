import { type Kysely, type Migration, type MigrationProvider, Migrator } from 'kysely';
import { up as chat } from './migrations/0001-chat.js';
import { up as updates } from './migrations/0002-updates.js';
import { up as operations } from './migrations/0003-operations.js';

/** In the order they run. A released one is never changed. */
const MIGRATIONS: Readonly<Record<string, Migration>> = {
  '0001-chat': { up: chat },
  '0002-updates': { up: updates },
  '0003-operations': { up: operations },
};

const provider: MigrationProvider = { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) };

/**
 * Brings the schema up to date, in one transaction. Fails on a database that a later version has migrated: its
 * migrations are not in the list.
 */
export async function migrate<Tables>(db: Kysely<Tables>): Promise<void> {
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error !== undefined) {
    throw error instanceof Error ? error : new Error('The migration failed', { cause: error });
  }
}
