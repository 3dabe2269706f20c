import type { DatabaseSync } from '@photostructure/sqlite';
import { StoreRefused } from '../../../ports/store-refused.js';

type SqliteModule = { readonly DatabaseSync: typeof DatabaseSync };

/** Releases up to 3.51.2 can corrupt a WAL that is reset while another connection reads. */
const OLDEST_SQLITE = [3, 51, 3];
const OLDEST_NODE = [22, 13, 0];

/** Node's own SQLite where it is new enough, else the one we ship for Node 20: the same interface. */
export async function loadSqlite(): Promise<SqliteModule> {
  return loadBuiltIn() ?? (await loadPackage());
}

function loadBuiltIn(): SqliteModule | undefined {
  if (!isAtLeast(process.versions.node, OLDEST_NODE)) {
    return undefined;
  }
  const builtIn = withoutWarning(() => process.getBuiltinModule('node:sqlite') as unknown as SqliteModule);
  const database = new builtIn.DatabaseSync(':memory:');
  try {
    const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
    return isAtLeast(version, OLDEST_SQLITE) ? builtIn : undefined;
  } finally {
    database.close();
  }
}

/** Node 22 says of its SQLite that it is experimental: on standard error, between the lines of a JSON log. */
function withoutWarning<Result>(load: () => Result): Result {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function loadPackage(): Promise<SqliteModule> {
  try {
    return await import('@photostructure/sqlite');
  } catch (error) {
    throw new StoreRefused(
      `The embedded store does not run on Node ${process.versions.node} for ${process.platform} ${process.arch}. ` +
        'Use Node 20.19 or later on Linux (glibc), macOS or Windows, or PostgreSQL (STORE_URL=postgres://…).',
      { cause: error },
    );
  }
}

/** Compares the numbers of versions such as `3.51.3`. */
export function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const numbers = version.split('.').map((part) => Number.parseInt(part, 10));
  const index = oldest.findIndex((number, at) => numbers[at] !== number);
  return index === -1 || (numbers[index] ?? 0) > oldest[index]!;
}
