import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { PostgresEngine, type PostgresOptions } from '../../src/adapters/store/postgres/postgres-engine.js';
import { StoreRefused } from '../../src/ports/store-refused.js';
import { StoreUnavailable } from '../../src/ports/store-unavailable.js';
import { eventually } from '../harness/eventually.js';
import { Ledger } from '../harness/ledger.js';
import { describeWithPostgres, PostgresServer } from '../harness/postgres-server.js';
import { TcpProxy } from '../harness/tcp-proxy.js';

const POOL_SIZE = 4;
/** The limit of one answer and of one connection together, and a busy machine. */
const BOUND_MS = 9_000;

describeWithPostgres('a failing PostgreSQL', () => {
  let server: PostgresServer;
  let url: string;
  let proxy: TcpProxy;
  let engines: PostgresEngine[];

  beforeAll(async () => {
    server = await PostgresServer.start();
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    engines = [];
    if (!server.isRunning) {
      await server.restart();
    }
    url = await server.createDatabase();
    await server.query(Ledger.schema, url);
    proxy = await TcpProxy.start(url);
  });

  afterEach(async () => {
    await proxy.stop();
    await Promise.all(engines.map((engine) => engine.close()));
  });

  async function open(options?: PostgresOptions): Promise<PostgresEngine> {
    const engine = await PostgresEngine.open(proxy.url, POOL_SIZE, options);
    engines.push(engine);
    return engine;
  }

  async function rows(): Promise<Record<string, unknown>[]> {
    return server.query('select key, seq::int from ledger order by seq', url);
  }

  it('does not hold up the boot, and serves once it is there', async () => {
    await server.kill();
    const engine = await open();
    const ledger = new Ledger(engine);
    await expect(engine.health.check()).resolves.toBe('starting');
    await expect(ledger.append('a')).rejects.toBeInstanceOf(StoreUnavailable);

    await server.restart();
    await eventually(async () => expect(await ledger.append('a')).toBe(1));
    await eventually(async () => expect(await engine.health.check()).toBe('up'));
  });

  it('is ready at once when it is healthy', async () => {
    const engine = await open();
    await expect(engine.health.check()).resolves.toBe('up');
    await expect(new Ledger(engine).append('a')).resolves.toBe(1);
  });

  it('loses nothing acknowledged when it is killed in the middle of traffic', async () => {
    const engine = await open();
    const ledger = new Ledger(engine);
    const acknowledged = new Map<string, number>();
    const end = new AbortController();
    const traffic = ['a', 'b', 'c'].map(async (writer) => {
      for (let turn = 0; !end.signal.aborted; turn += 1) {
        const key = `${writer}${turn}`;
        await eventually(async () => acknowledged.set(key, await ledger.append(key)));
      }
    });
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(30));
    await server.kill();
    await expect(ledger.append('while down')).rejects.toBeInstanceOf(StoreUnavailable);
    await eventually(async () => expect(await engine.health.check()).toBe('down'));
    const before = acknowledged.size;
    await server.restart();
    await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 30));
    end.abort();
    await Promise.all(traffic);

    const stored = new Map((await rows()).map(({ key, seq }) => [key, seq]));
    acknowledged.forEach((seq, key) => expect(stored.get(key)).toBe(seq));
    expect([...stored.values()]).toEqual(Array.from(stored, (_, index) => index + 1));
    await eventually(async () => expect(await engine.health.check()).toBe('up'));
  });

  it('survives a polite restart', async () => {
    const ledger = new Ledger(await open());
    await ledger.append('a');
    await server.restart();
    await eventually(async () => expect(await ledger.append('b')).toBe(2));
  });

  it('answers within a bound while nothing comes from the server', async () => {
    const engine = await open();
    const ledger = new Ledger(engine);
    await ledger.append('a');
    proxy.stall();
    const start = performance.now();
    const calls = Array.from({ length: POOL_SIZE * 2 }, () => ledger.append('b'));
    const outcomes = await Promise.allSettled([...calls, ledger.find('a')]);
    expect(performance.now() - start).toBeLessThan(BOUND_MS);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ reason: { constructor: StoreUnavailable } });
    }
    await expect(engine.health.check()).resolves.toBe('down');

    proxy.resume();
    await eventually(async () => expect(await ledger.append('b')).toBe(2));
    await eventually(async () => expect(await engine.health.check()).toBe('up'));
  });

  it('refuses within a bound when every connection is taken', async () => {
    const engine = await open();
    const ledger = new Ledger(engine);
    const sleepers = Array.from({ length: POOL_SIZE }, () => ledger.sleep(3));
    const start = performance.now();
    await expect(ledger.append('a')).rejects.toMatchObject({ isOutcomeUnknown: false });
    expect(performance.now() - start).toBeLessThan(3_000);
    await Promise.all(sleepers);
    await expect(ledger.append('a')).resolves.toBe(1);
  });

  it('ends a statement and a wait for a lock after seconds', async () => {
    const ledger = new Ledger(await open());
    let letGo: () => void = () => undefined;
    let holder: Promise<void> = Promise.resolve();
    await new Promise<void>((locked) => {
      const untilLetGo = new Promise<void>((resolve) => (letGo = resolve));
      holder = ledger.lock(1, 2, () => {
        locked();
        return untilLetGo;
      });
    });
    const start = performance.now();
    const endless = ledger.sleep(60);
    await expect(ledger.append('a')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(endless).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - start).toBeLessThan(BOUND_MS);
    letGo();
    await expect(holder).resolves.toBeUndefined();
  });

  it('resolves a deadlock by trying the victim again', async () => {
    let retries = 0;
    const ledger = new Ledger(await open({ onRetry: () => (retries += 1) }));
    let inside = 0;
    const both = async () => {
      inside += 1;
      await eventually(() => expect(inside).toBeGreaterThanOrEqual(2));
    };
    await Promise.all([ledger.lock(1, 2, both), ledger.lock(2, 1, both)]);
    expect(retries).toBeGreaterThan(0);
  });

  it('lets gateways migrate a new database at the same time', async () => {
    for (let round = 0; round < 3; round += 1) {
      const fresh = await server.createDatabase();
      const opened = await Promise.all(Array.from({ length: 5 }, () => PostgresEngine.open(fresh, 1)));
      await Promise.all(opened.map((engine) => engine.close()));
      const names = await server.query('select name from kysely_migration order by name', fresh);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
    }
  });

  it('is refused at boot when a later version has migrated it', async () => {
    await (await open()).close();
    engines = [];
    await server.query(`insert into kysely_migration values ('9999-later', '2099-01-01')`, url);
    await expect(open()).rejects.toBeInstanceOf(StoreRefused);
  });

  it('is fatal when a later version turns out to have migrated it only after the boot', async () => {
    await (await open()).close();
    engines = [];
    await server.query(`insert into kysely_migration values ('9999-later', '2099-01-01')`, url);
    proxy.stall();
    const fatal: Error[] = [];
    await open({ onFatal: (error) => fatal.push(error) });
    proxy.resume();
    await eventually(() => expect(fatal).toEqual([expect.any(StoreRefused)]));
  });

  it('serves reads while it takes no writes', async () => {
    const ledger = new Ledger(await open());
    await ledger.append('a');
    await server.query(
      `alter database ${new URL(url).pathname.slice(1)} set default_transaction_read_only = on`,
    );
    proxy.cut();
    await eventually(async () => expect(await ledger.find('a')).toBe(1));
    await expect(ledger.append('b')).rejects.toMatchObject({
      constructor: StoreUnavailable,
      isOutcomeUnknown: false,
    });
  });

  it('never passes off a transaction that it rolled back as committed', async () => {
    const { db } = await open();
    const careless = db.transaction().execute(async (transaction) => {
      await expect(sql`select 1 / 0`.execute(transaction)).rejects.toThrow();
    });
    await expect(careless).rejects.toThrow('rolled back');
  });

  it('does not hold up the end of the gateway, whatever is still waited for', async () => {
    const engine = await open();
    engines = [];
    const sleeper = expect(new Ledger(engine).sleep(3)).resolves.toBeDefined();
    const never = new Promise<void>(() => undefined);
    const start = performance.now();
    await Promise.all([engine.close(never), sleeper]);
    expect(performance.now() - start).toBeLessThan(BOUND_MS);
  });

  it('commits durably although the database defaults to something less', async () => {
    await server.query(`alter database ${new URL(url).pathname.slice(1)} set synchronous_commit = off`);
    const ledger = new Ledger(await open());
    await expect(ledger.setting('synchronous_commit')).resolves.toBe('on');
  });
});
