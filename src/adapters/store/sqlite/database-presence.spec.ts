import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DatabasePresence } from './database-presence.js';
import { SQLITE, sqliteCode } from './sqlite-error.js';

let folder: string;
let file: string;
let presence: DatabasePresence;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-presence-'));
  file = join(folder, 'a.db');
  writeFileSync(file, '');
  presence = new DatabasePresence(file);
});
afterEach(() => rmSync(folder, { recursive: true }));

function codeOf(task: () => unknown): number | undefined {
  try {
    task();
  } catch (error) {
    return sqliteCode(error);
  }
  return undefined;
}

describe('the presence of a database', () => {
  it('is there with its log, before and after the log appears', () => {
    presence.check();
    writeFileSync(`${file}-wal`, '');
    presence.check();
    presence.check();
  });

  it.each([
    ['the file is removed', () => rmSync(file)],
    [
      'another file is in its place',
      () => {
        renameSync(file, `${file}.old`);
        writeFileSync(file, '');
      },
    ],
    [
      'its place cannot be looked at',
      () => {
        rmSync(file);
        symlinkSync('a.db', file);
      },
    ],
  ])('ends like a disk that fails when %s, however early', (_, harm) => {
    harm();
    expect(codeOf(() => presence.check())).toBe(SQLITE.IOERR);
  });

  it('ends when its log is removed, and comes back with it', () => {
    writeFileSync(`${file}-wal`, '');
    presence.check();
    renameSync(`${file}-wal`, join(folder, 'elsewhere'));
    expect(codeOf(() => presence.check())).toBe(SQLITE.IOERR);
    renameSync(join(folder, 'elsewhere'), `${file}-wal`);
    presence.check();
  });

  it('cannot begin without the file', () => {
    expect(codeOf(() => new DatabasePresence(join(folder, 'other.db')))).toBe(SQLITE.CANTOPEN);
  });
});
