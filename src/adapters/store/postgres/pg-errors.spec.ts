import { describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { ConnectionLost } from './connection-lost.js';
import { isConflict, isConnectionLoss, toStoreError } from './pg-errors.js';

function databaseError(code: string, fields: Partial<DatabaseError> = {}): DatabaseError {
  const error = new DatabaseError('Key (body)=(canary) is bad', 0, 'error');
  return Object.assign(error, { severity: 'ERROR', code, detail: 'canary', ...fields });
}

describe('errors of PostgreSQL', () => {
  it.each([
    ['53100', 'disk full'],
    ['53200', 'out of memory'],
    ['53300', 'too many connections'],
    ['58030', 'I/O error'],
    ['25006', 'read-only'],
    ['55P03', 'lock timeout'],
    ['57014', 'statement timeout'],
    ['57P01', 'shut down'],
    ['57P03', 'starting up'],
    ['08006', 'connection failure'],
    ['40001', 'serialization failure, retries used up'],
    ['40P01', 'deadlock, retries used up'],
  ])('means with %s (%s) that the store is unavailable', (code) => {
    const error = toStoreError(databaseError(code));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(error).toMatchObject({ isOutcomeUnknown: false });
  });

  it.each([
    ['23505', 'unique violation'],
    ['22P02', 'invalid text'],
    ['42601', 'syntax'],
    ['40002', 'integrity violation in a transaction, not a conflict'],
  ])('means with %s (%s) a bug', (code) => {
    const error = toStoreError(databaseError(code));
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect((error as Error).message).toContain(code);
  });

  it('names table and constraint of a bug and no value', () => {
    const bug = toStoreError(databaseError('23505', { table: 'entry', constraint: 'entry_pkey' })) as Error;
    expect(bug.message).toBe('PostgreSQL: SQLSTATE 23505, entry, entry_pkey');
    expect(JSON.stringify([bug, Object.getOwnPropertyNames(bug), bug.stack, bug.cause])).not.toContain(
      'canary',
    );
  });

  it('keeps the text of the server out of the cause of unavailability', () => {
    const error = toStoreError(
      new ConnectionLost(true, { cause: databaseError('57P01') }),
    ) as StoreUnavailable;
    expect(error.isOutcomeUnknown).toBe(true);
    expect((error.cause as Error).message).toBe('PostgreSQL: SQLSTATE 57P01');
  });

  it('leaves errors of others alone', () => {
    const mistake = new TypeError('x is not a function');
    expect(toStoreError(mistake)).toBe(mistake);
    expect(isConnectionLoss(mistake)).toBe(false);
  });

  it('takes only deadlocks and serialization failures for conflicts', () => {
    expect(['40001', '40P01', '55P03', '23505'].map((code) => isConflict(databaseError(code)))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it.each([
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }), true],
    [new Error('Connection terminated unexpectedly'), true],
    [new Error('Query read timeout'), true],
    [databaseError('57P01', { severity: 'FATAL' }), true],
    [databaseError('25P03', { severity: 'FATAL' }), true],
    [databaseError('57014'), false],
    [databaseError('53100'), false],
  ])('knows of %s whether the connection is gone', (error, isLost) => {
    expect(isConnectionLoss(error)).toBe(isLost);
  });
});
