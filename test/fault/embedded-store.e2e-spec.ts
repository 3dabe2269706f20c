import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { openStore } from '../../src/adapters/store/open-store.js';
import type { StoreBundle } from '../../src/adapters/store/store-bundle.js';
import type { AppendOutcome } from '../../src/ports/message-store.port.js';
import { StoreRefused } from '../../src/ports/store-refused.js';
import { StoreUnavailable } from '../../src/ports/store-unavailable.js';
import { eventually } from '../harness/eventually.js';
import { StoreProcess } from '../harness/store-process.js';

const PAGE = 500;
const isRoot = process.getuid?.() === 0;
const canMount = isRoot && process.platform === 'linux';

const run = (command: string, ...args: readonly string[]): Buffer => execFileSync(command, args);

let directory: string;
let file: string;
const stores: StoreBundle[] = [];
const processes: StoreProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'embedded-store-'));
  file = join(directory, 'tidegate.db');
});

afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(processes.splice(0).map((child) => child.kill()));
  rmSync(directory, { recursive: true, force: true });
});

async function open(path = file): Promise<StoreBundle> {
  const engine = { kind: 'sqlite', file: path } as const;
  const store = await openStore({ engine, commitBatch: 64, commitDelayMs: 2, poolSize: 1 });
  stores.push(store);
  return store;
}

function start(senders: number): StoreProcess {
  const child = new StoreProcess(file, senders);
  processes.push(child);
  return child;
}

async function close(store: StoreBundle): Promise<void> {
  stores.splice(stores.indexOf(store), 1);
  await store.close();
}

function send(store: StoreBundle, clientMsgId: string, body = clientMsgId): Promise<AppendOutcome> {
  const message = {
    room: 'log',
    from: 'alice',
    clientMsgId,
    id: clientMsgId,
    time: 1_000,
    body,
    sentBody: body,
  };
  return store.messages.append({ ...message, isSystem: true });
}

/** Everything in the room, by `seq`. */
async function logOf(store: StoreBundle): Promise<Map<number, string | undefined>> {
  const log = new Map<number, string | undefined>();
  for (;;) {
    const page = await store.messages.page('log', { since: log.size, limit: PAGE });
    page!.messages.forEach((entry) => {
      log.set(entry.seq, entry.type === 'message' ? entry.clientMsgId : undefined);
    });
    if (page!.messages.length < PAGE) {
      expect([...log.keys()]).toEqual(Array.from({ length: page!.head }, (_, at) => at + 1));
      return log;
    }
  }
}

const refusal = (path = file): Promise<unknown> =>
  open(path).then(
    () => 'not refused',
    (error: unknown) => error,
  );

/** Fills the file so that it has more pages than its header. */
async function fill(): Promise<void> {
  const store = await open();
  await store.rooms.create({ id: 'log', kind: 'public' }, 1);
  await Promise.all(Array.from({ length: 500 }, (_, at) => send(store, `m-${at}`, 'x'.repeat(200))));
  await close(store);
}

describe('embedded store', () => {
  it('makes the directory and the file for its own user alone, and leaves one file behind', async () => {
    const path = join(directory, 'new', 'data', 'tidegate.db');
    const store = await open(path);
    await store.rooms.create({ id: 'log', kind: 'public' }, 1);
    const modes = ['', 'tidegate.db', 'tidegate.db-wal', 'tidegate.db.lock'].map(
      (name) => statSync(join(directory, 'new', 'data', name)).mode & 0o777,
    );
    expect(modes).toEqual([0o700, 0o600, 0o600, 0o600]);
    await close(store);
    expect(readdirSync(join(directory, 'new', 'data'))).toEqual(['tidegate.db']);
  });

  it('refuses a second process, and the first goes on', async () => {
    const first = start(4);
    await eventually(() => expect(first.acknowledged.length).toBeGreaterThan(0));
    const second = start(4);
    expect(await second.exited).toEqual({ code: 1 });
    expect(second.output).toMatch(/StoreRefused: The database .* is in use by another process \(pid \d+\)/);
    expect(await refusal()).toBeInstanceOf(StoreRefused);
    const before = first.acknowledged.length;
    await eventually(() => expect(first.acknowledged.length).toBeGreaterThan(before));
    expect(existsSync(`${file}.lock`)).toBe(true);
  });

  it('refuses a second process that cannot see the first: the database itself is locked', async () => {
    const first = start(4);
    await eventually(() => expect(first.acknowledged.length).toBeGreaterThan(0));
    rmSync(`${file}.lock`);
    const error = await refusal();
    expect(error).toBeInstanceOf(StoreRefused);
    expect((error as Error).message).toContain('is in use by another process');
    expect(existsSync(`${file}.lock`)).toBe(false);
    const before = first.acknowledged.length;
    await eventually(() => expect(first.acknowledged.length).toBeGreaterThan(before));
  });

  it('has every acknowledged message after SIGKILL, whole and without holes, again and again', async () => {
    const acknowledged = new Map<number, string>();
    for (let round = 1; round <= 3; round += 1) {
      const child = start(16);
      await eventually(() => expect(child.acknowledged.length).toBeGreaterThan(300 * round));
      await child.kill();
      child.acknowledged.forEach(({ clientMsgId, seq }) => acknowledged.set(seq, clientMsgId));
    }
    expect(acknowledged.size).toBeGreaterThan(1_800);
    const log = await logOf(await open());
    const lost = [...acknowledged].filter(([seq, clientMsgId]) => log.get(seq) !== clientMsgId);
    expect(lost).toEqual([]);
  });

  it('ends with the exit code it was told, in the midst of writing', async () => {
    for (let round = 1; round <= 3; round += 1) {
      const child = start(64);
      await eventually(() => expect(child.acknowledged.length).toBeGreaterThan(200));
      child.exit();
      expect(await child.exited).toEqual({ code: 3 });
    }
  });

  it.each([
    ['text', () => Buffer.from('This is no database. '.repeat(400))],
    ['noise', () => randomBytes(20_000)],
  ])('refuses a file of %s and leaves it as it is', async (_, content) => {
    const bytes = content();
    writeFileSync(file, bytes);
    const error = await refusal();
    expect(error).toBeInstanceOf(StoreRefused);
    expect((error as Error).message).toContain('is damaged or is no database');
    expect(readFileSync(file).equals(bytes)).toBe(true);
    expect(existsSync(`${file}.lock`)).toBe(false);
  });

  it('refuses a database whose pages were overwritten', async () => {
    await fill();
    const bytes = readFileSync(file);
    bytes.fill(0xff, 4 * 4096, bytes.length - 4096);
    writeFileSync(file, bytes);
    expect(((await refusal()) as Error).message).toContain('is damaged or is no database');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('refuses a database that a later version has migrated', async () => {
    await fill();
    const database = new DatabaseSync(file);
    database.exec(`insert into kysely_migration values ('9999-later', '2099-01-01T00:00:00.000Z')`);
    database.close();
    const error = await refusal();
    expect(error).toBeInstanceOf(StoreRefused);
    expect((error as Error).message).toContain('was written by a later version');
  });

  it('refuses a directory in the place of the file, and a file in the place of the directory', async () => {
    mkdirSync(file);
    expect(((await refusal()) as Error).message).toContain('cannot be opened for writing');
    const blocking = join(directory, 'blocking');
    writeFileSync(blocking, '');
    const error = await refusal(join(blocking, 'tidegate.db'));
    expect(error).toBeInstanceOf(StoreRefused);
    expect((error as Error).message).toContain('cannot be opened for writing');
  });

  // Permissions do not hold for root.
  (isRoot ? it.skip : it)('refuses a file it may not write', async () => {
    await fill();
    chmodSync(file, 0o400);
    expect(((await refusal()) as Error).message).toContain('cannot be opened for writing');
  });

  it.each(['tidegate.db', 'tidegate.db-wal'])(
    'acknowledges nothing while %s is somewhere else, and goes on when it is back',
    async (name) => {
      const said = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
      const store = await open();
      await store.rooms.create({ id: 'log', kind: 'public' }, 1);
      await send(store, 'before');
      renameSync(join(directory, name), join(directory, 'elsewhere'));
      await expect(send(store, 'meanwhile')).rejects.toMatchObject({
        constructor: StoreUnavailable,
        isOutcomeUnknown: true,
      });
      // The answer is kept for a second.
      await eventually(async () => expect(await store.health.check()).toBe('down'));
      // What appears in its place is not it.
      writeFileSync(join(directory, name), '');
      await expect(send(store, 'meanwhile')).rejects.toBeInstanceOf(StoreUnavailable);

      renameSync(join(directory, 'elsewhere'), join(directory, name));
      expect(await send(store, 'meanwhile')).toMatchObject({ outcome: 'duplicate' });
      expect(await send(store, 'after')).toMatchObject({ outcome: 'stored' });
      expect([...(await logOf(store)).values()]).toEqual(['before', 'meanwhile', 'after']);
      await eventually(async () => expect(await store.health.check()).toBe('up'));
      // Once, however many calls it failed.
      expect(said.mock.calls).toEqual([
        ['The store cannot be used: the database file was removed or replaced'],
      ]);
      said.mockRestore();
    },
  );

  it('refuses a log whose database is not there, and has everything once it is back', async () => {
    const child = start(4);
    await eventually(() => expect(child.acknowledged.length).toBeGreaterThan(20));
    await child.kill();
    renameSync(file, `${file}.x`);
    const log = readFileSync(`${file}-wal`);
    expect(((await refusal()) as Error).message).toContain('belongs to a database that is not there');
    expect(readFileSync(`${file}-wal`).equals(log)).toBe(true);
    renameSync(`${file}.x`, file);
    const stored = await logOf(await open());
    expect(stored.size).toBeGreaterThanOrEqual(child.acknowledged.length);
  });

  it('acknowledges nothing once its directory is removed', async () => {
    const store = await open(join(directory, 'data', 'tidegate.db'));
    await store.rooms.create({ id: 'log', kind: 'public' }, 1);
    await send(store, 'before');
    rmSync(join(directory, 'data'), { recursive: true });
    await expect(send(store, 'after')).rejects.toBeInstanceOf(StoreUnavailable);
    expect(await store.health.check()).toBe('down');
    await close(store);
  });

  // A file system of its own, so that its space can run out.
  (canMount ? it : it.skip)(
    'acknowledges nothing on a full disk, and goes on when there is space',
    async () => {
      run('mount', '-t', 'tmpfs', '-o', 'size=3m', 'none', directory);
      try {
        const ballast = join(directory, 'ballast');
        writeFileSync(ballast, Buffer.alloc(1_500_000));
        const store = await open();
        await store.rooms.create({ id: 'log', kind: 'public' }, 1);
        const acknowledged = new Map<number, string>();
        const refused: string[] = [];
        for (let at = 0; refused.length === 0; at += 16) {
          const names = Array.from({ length: 16 }, (_, offset) => `m-${at + offset}`);
          const results = await Promise.allSettled(names.map((name) => send(store, name, 'x'.repeat(2_000))));
          results.forEach((result, index) => {
            if (result.status === 'rejected') {
              expect(result.reason).toBeInstanceOf(StoreUnavailable);
              refused.push(names[index]!);
            } else if (result.value.outcome === 'stored') {
              acknowledged.set(result.value.message.seq, names[index]!);
            }
          });
        }
        // What is there can still be read while nothing can be written.
        const first = { room: 'log', from: 'alice', clientMsgId: refused[0]!, sentBody: '' };
        expect(await store.messages.findSend(first)).toBeUndefined();
        const again = await Promise.allSettled(refused.map((name) => send(store, name, 'x'.repeat(2_000))));
        expect(again.map(({ status }) => status)).toEqual(refused.map(() => 'rejected'));

        rmSync(ballast);
        const retried = await Promise.all(refused.map((name) => send(store, name, 'x'.repeat(2_000))));
        for (const [index, result] of retried.entries()) {
          expect(result.outcome).toBe('stored');
          if (result.outcome === 'stored') {
            acknowledged.set(result.message.seq, refused[index]!);
          }
        }
        await close(store);
        expect(acknowledged.size).toBeGreaterThan(16);
        const reopened = await open();
        expect(await logOf(reopened)).toEqual(new Map([...acknowledged].toSorted(([a], [b]) => a - b)));
        await close(reopened);
      } finally {
        await Promise.all(stores.splice(0).map((store) => store.close()));
        run('umount', directory);
      }
    },
  );
});
