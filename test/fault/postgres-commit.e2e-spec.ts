import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { openPostgresStore } from '../../src/adapters/store/postgres/postgres-store.js';
import type { StoreBundle } from '../../src/adapters/store/store-bundle.js';
import type { AppendOutcome } from '../../src/ports/message-store.port.js';
import { StoreUnavailable } from '../../src/ports/store-unavailable.js';
import { describeWithPostgres, PostgresServer } from '../harness/postgres-server.js';
import { COMMIT, TcpProxy } from '../harness/tcp-proxy.js';

const ROOM = 'ops';

describeWithPostgres('a commit that PostgreSQL may or may not have made', () => {
  let server: PostgresServer;
  let url: string;
  let proxy: TcpProxy;
  let store: StoreBundle;

  beforeAll(async () => {
    server = await PostgresServer.start();
  });

  afterAll(() => server.stop());

  beforeEach(async () => {
    url = await server.createDatabase();
    proxy = await TcpProxy.start(url);
    store = await openPostgresStore({
      engine: { kind: 'postgres', url: proxy.url },
      commitBatch: 64,
      commitDelayMs: 2,
      poolSize: 4,
    });
    await store.rooms.create({ id: ROOM, kind: 'public' }, 1);
  });

  afterEach(async () => {
    await store.close();
    await proxy.stop();
  });

  function send(clientMsgId: string): Promise<AppendOutcome> {
    const body = `body of ${clientMsgId}`;
    const id = `${clientMsgId}-${performance.now()}`;
    const message = {
      room: ROOM,
      from: 'ann',
      clientMsgId,
      id,
      time: 1,
      body,
      sentBody: body,
      isSystem: true,
    };
    return store.messages.append(message);
  }

  async function rows(): Promise<Record<string, unknown>[]> {
    return server.query('select client_msg_id as key, seq::int from entry order by seq', url);
  }

  it.each([
    ['unsent', 0, 'stored'],
    ['unanswered', 1, 'duplicate'],
  ] as const)('that is %s is unknown, and settled by sending again', async (cut, count, outcome) => {
    proxy.cutAt(COMMIT, cut);
    await expect(send('a')).rejects.toMatchObject({ constructor: StoreUnavailable, isOutcomeUnknown: true });
    expect(await rows()).toHaveLength(count);

    await expect(send('a')).resolves.toMatchObject({ outcome, message: { seq: 1, clientMsgId: 'a' } });
    await expect(send('b')).resolves.toMatchObject({ outcome: 'stored', message: { seq: 2 } });
    expect(await rows()).toEqual([
      { key: 'a', seq: 1 },
      { key: 'b', seq: 2 },
    ]);
  });

  it('is unknown for every message of its batch', async () => {
    proxy.cutAt(COMMIT, 'unanswered');
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(send));
    expect(outcomes).toEqual(
      Array(3).fill(expect.objectContaining({ reason: expect.objectContaining({ isOutcomeUnknown: true }) })),
    );
    const again = await Promise.all(['c', 'b', 'a'].map(send));
    expect(again).toMatchObject([
      { outcome: 'duplicate', message: { seq: 3 } },
      { outcome: 'duplicate', message: { seq: 2 } },
      { outcome: 'duplicate', message: { seq: 1 } },
    ]);
  });

  it('is not what a lost insert is: nothing happened', async () => {
    proxy.cutAt('insert into "entry"', 'unanswered');
    await expect(send('a')).rejects.toMatchObject({ constructor: StoreUnavailable, isOutcomeUnknown: false });
    expect(await rows()).toEqual([]);
  });

  it('leaves every message once and no hole, wherever connections break', async () => {
    const fault = fc.constantFrom<(readonly [string, 'unsent' | 'unanswered'] | undefined)[]>(
      [COMMIT, 'unsent'],
      [COMMIT, 'unanswered'],
      ['insert into', 'unanswered'],
      ['for update', 'unsent'],
      ['start transaction', 'unanswered'],
      undefined,
    );
    const rounds = fc.array(fc.record({ fault, sends: fc.integer({ min: 1, max: 3 }) }), { maxLength: 8 });
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(rounds, async (plan) => {
        for (const { fault: cut, sends } of plan) {
          const keys = Array.from({ length: sends }, () => `m${(sent += 1)}`);
          if (cut !== undefined) {
            proxy.cutAt(...cut);
          }
          const seqs = await Promise.all(keys.map(sendUntilStored));
          const stored = new Map((await rows()).map(({ key, seq }) => [key, seq]));
          expect(keys.map((key) => stored.get(key))).toEqual(seqs);
        }
        const all = await rows();
        expect(all.map(({ seq }) => seq)).toEqual(all.map((_, index) => index + 1));
        expect(all).toHaveLength(sent);
      }),
      { numRuns: 15 },
    );
  });

  async function sendUntilStored(clientMsgId: string): Promise<number> {
    for (;;) {
      try {
        const result = await send(clientMsgId);
        expect(result.outcome === 'stored' || result.outcome === 'duplicate').toBe(true);
        return 'message' in result ? result.message.seq : 0;
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailable);
      }
    }
  }
});
