import { StoreRefused } from '../../../ports/store-refused.js';
import { SQLITE, sqliteCode } from './sqlite-error.js';

/** How Kysely's migrator says that the database holds migrations we do not know. */
const UNKNOWN_MIGRATION = /previously executed migration/;

/** What the operator is told of an error while the database is opened; undefined: it is a bug. */
export function bootRefusal(error: unknown, file: string): StoreRefused | undefined {
  if (error instanceof StoreRefused) {
    return error;
  }
  const sentence =
    sentenceOfSqlite(sqliteCode(error), file) ??
    sentenceOfSystem((error as NodeJS.ErrnoException).code, file) ??
    (error instanceof Error && UNKNOWN_MIGRATION.test(error.message)
      ? `The database ${file} was written by a later version of Tidegate. Run that version, or restore a backup from before.`
      : undefined);
  return sentence === undefined ? undefined : new StoreRefused(sentence, { cause: error });
}

/** The same words for everything that reads like damage. */
export function damaged(file: string): string {
  return `The database ${file} is damaged or is no database. It was not changed; restore it from a backup.`;
}

export function orphanedLog(file: string): string {
  return `The log ${file}-wal belongs to a database that is not there. Put ${file} back beside it, or move the log away to start anew.`;
}

/** The same words whether a lock file or SQLite says so. */
export function inUse(file: string, pid?: number): string {
  const holder = pid === undefined ? 'another process' : `another process (pid ${pid})`;
  return `The database ${file} is in use by ${holder}. Only one process may use it.`;
}

function sentenceOfSqlite(code: number | undefined, file: string): string | undefined {
  switch (code) {
    case SQLITE.BUSY:
    case SQLITE.LOCKED:
      return inUse(file);
    case SQLITE.CORRUPT:
    case SQLITE.NOTADB:
      return damaged(file);
    case SQLITE.CANTOPEN:
    case SQLITE.READONLY:
    case SQLITE.PERM:
      return notWritable(file);
    case SQLITE.FULL:
      return full(file);
    case SQLITE.IOERR:
      return `The disk of ${file} reports errors. Check it before you start again.`;
    default:
      return undefined;
  }
}

function sentenceOfSystem(code: string | undefined, file: string): string | undefined {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return notWritable(file);
    case 'ENOSPC':
    case 'EDQUOT':
      return full(file);
    default:
      return undefined;
  }
}

function notWritable(file: string): string {
  return `The database ${file} cannot be opened for writing. Check that it is a file, and who owns it and its directory.`;
}

function full(file: string): string {
  return `There is no space left for the database ${file}.`;
}
