import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { ConnectionLost } from './connection-lost.js';

/** PostgreSQL cannot do it now, but may later: by SQLSTATE, or by its class (the first two characters). */
const UNAVAILABLE = new Set([
  '08', // connection exception
  '53', // insufficient resources: 53100 disk full, 53200 memory, 53300 too many connections
  '58', // system error, I/O error
  '25006', // read-only: a standby, or a primary that was demoted
  '25P03', // idle in transaction for too long
  '55P03', // lock timeout
  '57014', // statement timeout
  '57P01', // shut down by an administrator
  '57P02', // another server process crashed
  '57P03', // starting up or shutting down
  '57P05', // idle session timeout
]);

/** The transaction lost against another one, and was rolled back: the same again may succeed. */
const CONFLICTS = new Set([
  '40001', // serialization failure
  '40P01', // deadlock
]);

/** What `pg` says, without a code, when a connection is gone or silent. */
const LOST_CONNECTION =
  /^(?:Connection terminated|Query read timeout|Client has encountered a connection error|Client was closed)/;

/** Whether trying again at once makes sense. */
export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && CONFLICTS.has(error.code ?? '');
}

/** Whether nothing more can be expected of the connection that the error came from. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof DatabaseError) {
    return error.severity === 'FATAL' || error.severity === 'PANIC' || error.code?.startsWith('08') === true;
  }
  return isSystemError(error) || (error instanceof Error && LOST_CONNECTION.test(error.message));
}

/**
 * What the callers of a store get instead of the engine's error: `StoreUnavailable`, or for a bug an `Error` that
 * names the constraint and never a value.
 */
export function toStoreError(error: unknown): unknown {
  if (error instanceof ConnectionLost) {
    return new StoreUnavailable(error.isOutcomeUnknown, { cause: withoutData(error) });
  }
  if (!(error instanceof DatabaseError)) {
    return error;
  }
  const code = error.code ?? '';
  const isUnavailable = UNAVAILABLE.has(code) || UNAVAILABLE.has(code.slice(0, 2)) || isConflict(error);
  return isUnavailable ? new StoreUnavailable(false, { cause: withoutData(error) }) : withoutData(error);
}

/** An error that may be logged: texts of the server quote values of rows, codes and names do not. */
export function withoutData(error: unknown): Error {
  if (error instanceof ConnectionLost) {
    return withoutData(error.cause);
  }
  if (error instanceof DatabaseError) {
    const names = [error.table, error.constraint].filter((name) => name !== undefined);
    return new Error(`PostgreSQL: SQLSTATE ${[error.code, ...names].join(', ')}`);
  }
  if (isSystemError(error)) {
    return new Error(`Connection to PostgreSQL: ${error.code}`);
  }
  return new Error(`Connection to PostgreSQL: ${error instanceof Error ? error.message : 'unknown'}`);
}

/** Of a socket or a name lookup. Not by class: `instanceof Error` is false across realms, as in a test runner's. */
function isSystemError(error: unknown): error is { readonly code: string } {
  return typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;
}
