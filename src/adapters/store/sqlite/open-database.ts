import { statSync } from 'node:fs';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { Kysely } from 'kysely';
import { StoreRefused } from '../../../ports/store-refused.js';
import { migrate } from '../sql/migrate.js';
import type { Schema } from '../sql/schema.js';
import { bootRefusal, damaged, orphanedLog } from './boot-refusal.js';
import { DatabasePresence } from './database-presence.js';
import type { ExitGate } from './exit-gate.js';
import { loadSqlite } from './load-sqlite.js';
import { sqliteDialect } from './sqlite-driver.js';
import { MEMORY } from './worker-messages.js';

const SETTINGS = [
  // One connection, ours, for as long as it is open, and no memory shared through a file. The lock is the kernel's: it
  // ends with the process and holds across containers, where the lock file's process ids mean nothing.
  'locking_mode = exclusive',
  // A commit appends to the log and needs one fsync, not two.
  'journal_mode = wal',
  // WAL's own default leaves the fsync to checkpoints: acknowledged rows would not survive a power cut.
  'synchronous = full',
  'foreign_keys = on',
  // There is nobody to wait for; a second process is refused at once.
  'busy_timeout = 0',
  // Read errors of a mapped file end the process with SIGBUS.
  'mmap_size = 0',
  // The log is copied back every 1,000 pages, so that it stays small.
  'wal_autocheckpoint = 1000',
];

/** Opens the file (or `:memory:`), checks it and migrates it. Throws `StoreRefused` when it must not be used. */
export async function openDatabase(file: string, gate: ExitGate): Promise<Kysely<Schema>> {
  const { DatabaseSync } = await loadSqlite();
  let database: DatabaseSyncInstance | undefined;
  try {
    const presence = file === MEMORY ? undefined : presenceOf(file);
    const opened = gate.pass(() => new DatabaseSync(file));
    database = opened;
    gate.pass(() => configure(opened));
    gate.pass(() => check(opened, file));
    const db = new Kysely<Schema>({ dialect: sqliteDialect(opened, gate, presence) });
    await migrate(db);
    return db;
  } catch (error) {
    closeQuietly(database);
    throw bootRefusal(error, file) ?? error;
  }
}

function presenceOf(file: string): DatabasePresence {
  const presence = new DatabasePresence(file);
  // SQLite would begin an empty database, and throw away a log that may hold all there is.
  if (sizeOf(`${file}-wal`) > 0 && sizeOf(file) === 0) {
    throw new StoreRefused(orphanedLog(file));
  }
  return presence;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function configure(database: DatabaseSyncInstance): void {
  for (const setting of SETTINGS) {
    database.exec(`pragma ${setting}`);
  }
}

function check(database: DatabaseSyncInstance, file: string): void {
  const [first] = database.prepare('pragma quick_check(1)').all() as { quick_check: string }[];
  if (first?.quick_check !== 'ok') {
    throw new StoreRefused(damaged(file));
  }
}

function closeQuietly(database: DatabaseSyncInstance | undefined): void {
  try {
    database?.close();
  } catch {
    // Why it could not be opened is the better error.
  }
}
