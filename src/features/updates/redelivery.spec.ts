import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import * as fc from 'fast-check';
import { turn } from '../../../test/harness/hub-fixture.js';
import { UpdatesFixture, updatesIn } from '../../../test/harness/updates-fixture.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { UpdateStore } from '../../ports/update-store.port.js';

describe('what waits for a device', () => {
  let fixture: UpdatesFixture;
  beforeEach(async () => {
    fixture = await UpdatesFixture.open();
  });

  it('is read for many in few calls', async () => {
    const pendingFor = jest.spyOn(fixture.store, 'pendingFor');
    await fixture.send({ target: { all: true }, data: 'hello' });
    const clients = Array.from({ length: 1000 }, (_, index) => fixture.connect(`user-${index}`, 'phone'));
    await fixture.settle();
    expect(clients.every((client) => updatesIn(client).length === 1)).toBe(true);
    expect(pendingFor.mock.calls.length).toBeLessThanOrEqual(5);
  });

  it('comes before what was sent while it was read', async () => {
    await fixture.send({ data: 'old' });
    const phone = fixture.connect('alice', 'phone');
    await fixture.send({ data: 'new' });
    await fixture.settle();
    expect(updatesIn(phone).map(({ data }) => data)).toEqual(['old', 'new']);
  });

  it('comes once the store is back', async () => {
    await fixture.send();
    const pendingFor = jest.spyOn(fixture.store, 'pendingFor').mockRejectedValue(new StoreUnavailable());
    const phone = fixture.connect('alice', 'phone');
    await fixture.settle();
    expect(updatesIn(phone)).toEqual([]);
    pendingFor.mockRestore();
    fixture.hub.clock.advance(50);
    await fixture.settle();
    expect(updatesIn(phone)).toHaveLength(1);
  });

  it('is not pushed into the queue of a reader that is behind', async () => {
    for (let n = 0; n < 20; n += 1) {
      await fixture.send({ data: 'x'.repeat(10_000) });
    }
    const phone = fixture.connect('alice', 'phone');
    phone.writer.isWritable = false;
    await fixture.settle();
    fixture.hub.clock.advance(1000);
    await fixture.settle();
    expect(phone.session.outbox.logBytes).toBeLessThan(100_000);
    expect(phone.writer.closedWith).toBeUndefined();
    phone.writer.isWritable = true;
    for (let round = 0; round < 20; round += 1) {
      fixture.hub.hub.resume(phone.session);
      fixture.hub.clock.advance(50);
      await fixture.settle();
    }
    expect(updatesIn(phone)).toHaveLength(20);
  });

  it('is not given to a device that has left meanwhile', async () => {
    await fixture.send();
    const phone = fixture.connect('alice', 'phone');
    fixture.hub.hub.close(phone.session);
    await fixture.settle();
    expect(phone.writer.writes).toEqual([]);
  });

  it('is dropped when it is cancelled on its way', async () => {
    for (let n = 0; n < 8; n += 1) {
      await fixture.send({ data: 'x'.repeat(30_000) });
    }
    const { updateId } = await fixture.send({ data: 'last' });
    const phone = fixture.connect('alice', 'phone');
    phone.writer.isWritable = false;
    await fixture.settle();
    await fixture.service.cancel(updateId);
    phone.writer.isWritable = true;
    for (let round = 0; round < 10; round += 1) {
      fixture.hub.hub.resume(phone.session);
      fixture.hub.clock.advance(50);
      await fixture.settle();
    }
    expect(updatesIn(phone)).toHaveLength(8);
  });
});

type Step =
  | { do: 'connect'; user: string; device: string | undefined }
  | { do: 'leave'; index: number }
  | { do: 'send'; target: 'all' | 'alice' | 'bob' }
  | { do: 'wait'; turns: number };

const user = fc.constantFrom('alice', 'bob');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('connect' as const),
    user,
    device: fc.constantFrom('phone', 'tablet', undefined),
  }),
  fc.record({ do: fc.constant('leave' as const), index: fc.nat(5) }),
  fc.record({ do: fc.constant('send' as const), target: fc.constantFrom('all', 'alice', 'bob') }),
  fc.record({ do: fc.constant('wait' as const), turns: fc.integer({ min: 1, max: 8 }) }),
);

/** A store that answers late, by the given turns of the event loop. */
function delayed(store: UpdateStore, delays: readonly number[]): UpdateStore {
  let calls = 0;
  const pause = async (): Promise<void> => {
    calls += 1;
    for (let turns = 0; turns < delays[calls % delays.length]!; turns += 1) {
      await turn();
    }
  };
  return new Proxy(store, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member !== 'function'
        ? member
        : async (...args: unknown[]) => {
            await pause();
            const result: unknown = await Reflect.apply(member, target, args);
            await pause();
            return result;
          };
    },
  });
}

it('gives every connection every kept update once, and counts devices, however arrivals and commits meet', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.array(fc.nat(6), { minLength: 3, maxLength: 12 }),
      async (steps, delays) => {
        const fixture = await UpdatesFixture.open({}, (store) => delayed(store, delays));
        const clients: {
          user: string;
          device: string | undefined;
          client: ReturnType<typeof fixture.connect>;
        }[] = [];
        const sends: { target: string; answer: ReturnType<typeof fixture.send> }[] = [];
        for (const action of steps) {
          fixture.hub.clock.advance(1);
          if (action.do === 'connect') {
            clients.push({ ...action, client: fixture.connect(action.user, action.device) });
          } else if (action.do === 'leave') {
            const leaving = clients[action.index]?.client.session;
            if (leaving !== undefined) {
              fixture.hub.hub.close(leaving);
            }
          } else if (action.do === 'send') {
            const target = action.target === 'all' ? { all: true as const } : { users: [action.target] };
            sends.push({ target: action.target, answer: fixture.send({ target }) });
          } else {
            for (let turns = 0; turns < action.turns; turns += 1) {
              await turn();
            }
          }
        }
        const answers = await Promise.all(sends.map(({ answer }) => answer));
        for (let rounds = 0; rounds < 6; rounds += 1) {
          // Calls of the store come with pauses between them.
          fixture.hub.clock.advance(25);
          await fixture.settle();
        }
        const sent = answers.map(({ updateId }, index) => ({ updateId, target: sends[index]!.target }));
        const got = clients.map(({ client }) => updatesIn(client).map(({ id }) => id));
        clients.forEach(({ user: name, client }, index) => {
          expect(new Set(got[index]).size).toBe(got[index]!.length);
          if (!client.session.isClosed) {
            const mine = sent.filter(({ target }) => target === 'all' || target === name);
            expect(got[index]!.toSorted()).toEqual(mine.map(({ updateId }) => updateId).toSorted());
          }
        });
        fixture.hub.receipts.report();
        for (const { updateId } of sent) {
          const report = fixture.reports.report(updateId);
          await fixture.settle();
          const { matched, written } = (await report)!;
          const reached = clients.filter((_, index) => got[index]!.includes(updateId));
          const devices = new Set(
            reached.map(({ user: name, device, client }) => `${name} ${device ?? client.session.id}`),
          );
          // A device that was matched and left before it was written to may be back or not.
          expect(matched).toBeGreaterThanOrEqual(devices.size);
          expect(written).toBeLessThanOrEqual(matched);
          expect(written).toBeGreaterThanOrEqual(Math.min(devices.size, 1));
        }
      },
    ),
    { numRuns: 40 },
  );
});
