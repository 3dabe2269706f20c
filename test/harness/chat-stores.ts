import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from '@jest/globals';
import type { StoreConfig } from '../../config/app-config.js';
import { openStore } from '../../src/adapters/store/open-store.js';
import type { StoreBundle } from '../../src/adapters/store/store-bundle.js';
import { describeWithPostgres, PostgresServer } from './postgres-server.js';

type Engine = StoreConfig['engine'];
type Suite = (store: () => StoreBundle) => void;

/** Runs a suite against a store in memory, in a SQLite file and in PostgreSQL. Its tests share the store: names are fresh. */
export function onEveryStore(name: string, suite: Suite): void {
  describe(`${name} in memory`, () => {
    suite(openedForAll(async () => ({ kind: 'memory' })));
  });

  describe(`${name} in a SQLite file`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-store-'));
    suite(openedForAll(async () => ({ kind: 'sqlite', file: join(folder, 'store.db') })));
    afterAll(() => rmSync(folder, { recursive: true }));
  });

  describeWithPostgres(`${name} in PostgreSQL`, () => {
    let server: PostgresServer | undefined;
    suite(
      openedForAll(async () => {
        server = await PostgresServer.start();
        return { kind: 'postgres', url: await server.createDatabase() };
      }),
    );
    afterAll(() => server?.stop());
  });
}

/** Opens a store as the gateway does. */
export function openTestStore(engine: Engine): Promise<StoreBundle> {
  return openStore({ engine, commitBatch: 64, commitDelayMs: 2, poolSize: 8 });
}

let names = 0;

/** A name that no test has used before. */
export function fresh(prefix: string): string {
  names += 1;
  return `${prefix}-${names}`;
}

function openedForAll(engine: () => Promise<Engine>): () => StoreBundle {
  let store: StoreBundle;
  beforeAll(async () => {
    store = await openTestStore(await engine());
  });
  afterAll(() => store.close());
  return () => store;
}
