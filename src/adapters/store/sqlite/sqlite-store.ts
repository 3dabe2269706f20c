import type { StoreConfig } from '../../../../config/app-config.js';
import { groupWrites } from '../grouped-writes.js';
import type { StoreBundle } from '../store-bundle.js';
import { claimDatabaseFile } from './database-file.js';
import { remoteStores } from './remote-stores.js';
import { SqliteHealth } from './sqlite.health.js';
import { StoreThread } from './store-thread.js';
import { MEMORY } from './worker-messages.js';

/**
 * The embedded store, in a thread of its own: on a file that only this process may use, or in memory (no file), where it
 * is the same engine and ends with the process. Throws `StoreRefused`.
 */
export async function openSqliteStore(file: string | undefined, config: StoreConfig): Promise<StoreBundle> {
  const lock = file === undefined ? undefined : claimDatabaseFile(file);
  let thread: StoreThread;
  try {
    thread = await StoreThread.open(file ?? MEMORY);
  } catch (error) {
    lock?.release();
    throw error;
  }
  const stores = remoteStores(thread);
  const { drain, ...grouped } = groupWrites(stores, config);
  return {
    rooms: stores.rooms,
    hooks: stores.hooks,
    ...grouped,
    health: new SqliteHealth(() => thread.call('engine', 'ping', [])),
    close: async () => {
      await drain();
      await thread.close();
      lock?.release();
    },
  };
}
