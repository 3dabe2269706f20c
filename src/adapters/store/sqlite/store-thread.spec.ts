import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { eventually } from '../../../../test/harness/eventually.js';
import { StoreUnavailable } from '../../../ports/store-unavailable.js';
import type { SqlStores } from '../sql/sql-stores.js';
import { remoteStores } from './remote-stores.js';
import { SqliteHealth } from './sqlite.health.js';
import { StoreThread } from './store-thread.js';
import { MEMORY } from './worker-messages.js';

Logger.overrideLogger(false);

describe('store thread', () => {
  let directory: string;
  let thread: StoreThread;
  let stores: SqlStores;

  async function open(file: string): Promise<void> {
    if (file !== MEMORY) {
      // As whoever claims the file does.
      closeSync(openSync(file, 'a'));
    }
    thread = await StoreThread.open(file);
    stores = remoteStores(thread);
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-thread-'));
  });

  afterEach(async () => {
    await thread.close();
    rmSync(directory, { recursive: true });
  });

  /** Ends the thread with an error nobody catches, whatever it is doing. */
  async function crash(): Promise<void> {
    const worker = thread['worker']!;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(null);
    await ended;
  }

  it('answers calls with clones, in the order of their numbers', async () => {
    await open(MEMORY);
    const created = await Promise.all(
      ['a', 'b', 'a'].map((id) => stores.rooms.create({ id, kind: 'public', title: `room ${id}` }, 1)),
    );
    expect(created).toEqual([true, true, false]);
    expect(await stores.rooms.find('b')).toMatchObject({ id: 'b', title: 'room b', head: 0 });
    expect(await stores.rooms.find('c')).toBeUndefined();
  });

  it('reaches every store', async () => {
    await open(MEMORY);
    const entry = {
      id: 'a',
      time: 1,
      actor: 'ann',
      action: 'x',
      target: {},
      outcome: 'done',
      result: {},
    } as const;
    await stores.audit.recordAll([entry]);
    expect(await stores.audit.list({ limit: 10 })).toEqual([entry]);
    expect(await stores.hooks.take(1, 1_000, 10)).toEqual([]);
    expect(await stores.updates.find('none')).toBeUndefined();
    expect(await stores.messages.page('none', { limit: 1 })).toBeUndefined();
  });

  it('rejects what cannot be cloned, and goes on', async () => {
    await open(MEMORY);
    await expect(thread.call('rooms', 'find', [() => {}])).rejects.toThrow();
    expect(await stores.rooms.find('a')).toBeUndefined();
  });

  it('rejects with a bug that quotes nothing when a statement is refused', async () => {
    await open(MEMORY);
    const room = { id: 'a', kind: { text: 'secret' } as unknown as 'public' };
    const error: Error = await stores.rooms.create(room, 1).then(
      () => new Error('not refused'),
      (reason: Error) => reason,
    );
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect(error.stack).toMatch(/^Error: The store failed/);
    expect(error.stack).not.toContain('secret');
  });

  it('fails what is under way with an unknown outcome when it dies, and comes back with what was committed', async () => {
    await open(join(directory, 'store.db'));
    await stores.rooms.create({ id: 'kept', kind: 'public' }, 1);
    const underWay = stores.rooms.create({ id: 'open', kind: 'public' }, 1).catch((error: unknown) => error);
    await crash();
    const outcome = await underWay;
    expect(outcome === true || (outcome as StoreUnavailable).isOutcomeUnknown).toBe(true);
    await expect(stores.rooms.find('kept')).rejects.toMatchObject({ isOutcomeUnknown: false });
    await eventually(async () => expect(await stores.rooms.find('kept')).toMatchObject({ id: 'kept' }));
  });

  it('comes back again and again, although each time it held the lock of the file', async () => {
    await open(join(directory, 'store.db'));
    for (let round = 1; round <= 3; round += 1) {
      await crash();
      await eventually(() => stores.rooms.create({ id: `room-${round}`, kind: 'public' }, 1));
    }
    expect(await stores.rooms.list('', 10)).toHaveLength(3);
  });

  it('does not pretend that a database in memory survived', async () => {
    await open(MEMORY);
    await crash();
    await expect(stores.rooms.find('a')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await new SqliteHealth(() => thread.call('engine', 'ping', [])).check()).toBe('down');
    expect(thread['restart']).toBeUndefined();
  });

  it('finishes what was asked for before it is closed, and refuses what comes later', async () => {
    const file = join(directory, 'store.db');
    await open(file);
    const before = Promise.all(
      Array.from({ length: 20 }, (_, at) => stores.rooms.create({ id: `room-${at}`, kind: 'public' }, 1)),
    );
    const closed = thread.close();
    await expect(stores.rooms.find('room-0')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await before).not.toContain(false);
    await closed;
    await open(file);
    expect(await stores.rooms.list('', 50)).toHaveLength(20);
  });
});

describe('health of the embedded store', () => {
  it('asks once for many who ask together', async () => {
    let pings = 0;
    const health = new SqliteHealth(() => {
      pings += 1;
      return Promise.resolve();
    });
    expect(await Promise.all([health.check(), health.check()])).toEqual(['up', 'up']);
    expect(await health.check()).toBe('up');
    expect(pings).toBe(1);
  });

  it('is down when the answer takes longer than a second', async () => {
    expect(await new SqliteHealth(() => new Promise(() => {})).check()).toBe('down');
  });
});
