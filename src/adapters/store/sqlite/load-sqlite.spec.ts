import { describe, expect, it } from '@jest/globals';
import { isAtLeast, loadSqlite } from './load-sqlite.js';

describe('load sqlite', () => {
  it('gives a SQLite that is safe with a WAL', async () => {
    const { DatabaseSync } = await loadSqlite();
    const database = new DatabaseSync(':memory:');
    const { version } = database.prepare('select sqlite_version() as version').get() as { version: string };
    database.close();
    expect(isAtLeast(version, [3, 51, 3])).toBe(true);
  });

  it.each([
    ['3.51.3', true],
    ['3.51.10', true],
    ['3.52.0', true],
    ['4.0.0', true],
    ['3.51.2', false],
    ['3.9.9', false],
    ['2.99.99', false],
    ['3.51', false],
  ])('compares numbers, not text: %s', (version, expected) => {
    expect(isAtLeast(version, [3, 51, 3])).toBe(expected);
  });
});
