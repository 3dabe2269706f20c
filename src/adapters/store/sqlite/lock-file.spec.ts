import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StoreRefused } from '../../../ports/store-refused.js';
import { LockFile } from './lock-file.js';

describe('lock file', () => {
  let directory: string;
  let database: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lock-file-'));
    database = join(directory, 'tidegate.db');
    path = `${database}.lock`;
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const holder = (): { pid: number; processStart: string | null; bootId: string } =>
    JSON.parse(readFileSync(path, 'utf8'));
  const leave = (changes: object): void => {
    LockFile.acquire(database);
    writeFileSync(path, JSON.stringify({ ...holder(), ...changes }));
  };

  it('names this process and is gone when released', () => {
    const lock = LockFile.acquire(database);
    expect(holder().pid).toBe(process.pid);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    lock.release();
    expect(existsSync(path)).toBe(false);
    lock.release();
  });

  it('refuses a second one, with a sentence that names the holder', () => {
    LockFile.acquire(database);
    expect(() => LockFile.acquire(database)).toThrow(StoreRefused);
    expect(() => LockFile.acquire(database)).toThrow(
      `The database ${database} is in use by another process (pid ${process.pid})`,
    );
  });

  it('replaces one that a dead process left', () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    leave({ pid });
    LockFile.acquire(database);
    expect(holder().pid).toBe(process.pid);
  });

  it('replaces one of an earlier process with the same id, as in a container that was restarted', () => {
    leave({ processStart: 'an-earlier-boot:17' });
    const lock = LockFile.acquire(database);
    expect(holder().processStart).not.toBe('an-earlier-boot:17');
    lock.release();
  });

  it('trusts the process id alone where starts are not known', () => {
    leave({ processStart: null });
    expect(() => LockFile.acquire(database)).toThrow(StoreRefused);
  });

  it.each(['', '{"pid":', 'null'])('replaces one that was cut short: %p', (text) => {
    writeFileSync(path, text);
    LockFile.acquire(database).release();
    expect(existsSync(path)).toBe(false);
  });

  it('leaves the lock of somebody else when released', () => {
    const lock = LockFile.acquire(database);
    writeFileSync(path, JSON.stringify({ ...holder(), bootId: 'another' }));
    lock.release();
    expect(holder().bootId).toBe('another');
  });
});
