import type { StoreConfig } from '../../../../config/app-config.js';
import type { AppendOutcome, NewMessage } from '../../../ports/message-store.port.js';
import { GroupCommit } from '../group-commit.js';
import type { StoreBundle } from '../store-bundle.js';
import { claimDatabaseFile } from './database-file.js';
import { remoteStores } from './remote-stores.js';
import { SqliteHealth } from './sqlite.health.js';
import { MEMORY, StoreThread } from './store-thread.js';

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
  const { messages: log, ...stores } = remoteStores(thread);
  const commits = new GroupCommit<NewMessage, AppendOutcome>((batch) => log.appendAll(batch), {
    maxBatch: config.commitBatch,
    maxDelayMs: config.commitDelayMs,
  });
  return {
    ...stores,
    messages: { ...log, append: (message) => commits.add(message) },
    health: new SqliteHealth(() => thread.call('engine', 'ping', [])),
    close: async () => {
      await commits.drain();
      await thread.close();
      lock?.release();
    },
  };
}
