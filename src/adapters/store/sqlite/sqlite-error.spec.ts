import { describe, expect, it } from '@jest/globals';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import { fromWire, toWire } from './sqlite-error.js';

const sqliteError = (errcode: number): Error =>
  Object.assign(new Error('near "secret-body": syntax error'), { code: 'ERR_SQLITE_ERROR', errcode });

const crossed = (error: unknown): Error => fromWire(structuredClone(toWire(error)));

describe('errors of the store thread', () => {
  it.each([5, 6, 7, 8, 11, 13, 14, 26])('calls SQLite code %i unavailable, and nothing committed', (code) => {
    const error = crossed(sqliteError(code));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).isOutcomeUnknown).toBe(false);
  });

  it('reads the primary code of an extended one: a failed fsync leaves the outcome open', () => {
    const error = crossed(sqliteError(10 + 4 * 256));
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect((error as StoreUnavailable).isOutcomeUnknown).toBe(true);
  });

  it.each([
    sqliteError(1),
    sqliteError(19 + 6 * 256),
    new TypeError('secret-body'),
    'secret-body',
    undefined,
  ])('calls everything else a bug: %p', (thrown) => {
    const error = crossed(thrown);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect(error.message).toMatch(/^The store failed: /);
  });

  it('says where it happened, and never quotes data', () => {
    const thrown = new TypeError('first secret-body\n  second secret-body');
    const { message, stack } = crossed(thrown);
    expect(message).toBe('The store failed: TypeError');
    expect(stack).toContain('sqlite-error.spec');
    expect(stack).not.toContain('secret-body');
    expect(JSON.stringify(toWire(sqliteError(13)))).not.toContain('secret-body');
  });
});
