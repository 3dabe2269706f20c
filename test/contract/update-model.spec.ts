import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { NewUpdate } from '../../src/ports/update-store.port.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';
import { ackOf, newUpdate, queryOf } from '../harness/update-fixtures.js';
import { UpdateModel } from '../harness/update-model.js';

/** Each run lives in a time of its own, in which what others kept has expired. */
let epoch = 1_900_000_000_000;

const USERS = ['alice', 'bob'];
const DEVICES = ['phone', 'tablet'];
const MAX_INBOX = 2;

const user = fc.nat(1);
const device = fc.constantFrom(...DEVICES);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      to: fc.constantFrom('alice', 'bob', 'both', 'crew', 'crew without bob'),
      delivery: fc.constantFrom('live', 'latest', 'inbox', 'inbox'),
      key: fc.constantFrom('k', 'l'),
      lifeMs: fc.constantFrom(5, 40, 1000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('ack' as const), user, device, pick: fc.nat(10) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), pick: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(30) }) },
);

onEveryStore('UpdateStore against a model', (store) => {
  it('keeps for each device what the rules say, whatever happens', async () => {
    const { updates } = store();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        epoch += 10_000_000;
        let now = epoch;
        const users = USERS.map((name) => fresh(name));
        const role = fresh('crew');
        const model = new UpdateModel(MAX_INBOX);
        const targets: Record<string, Pick<NewUpdate, 'target' | 'except'>> = {
          alice: { target: { kind: 'users', users: [users[0]!] }, except: { users: [], connections: [] } },
          bob: { target: { kind: 'users', users: [users[1]!] }, except: { users: [], connections: [] } },
          both: { target: { kind: 'users', users }, except: { users: [], connections: [] } },
          crew: {
            target: { kind: 'audience', audience: { rolesAny: [role] } },
            except: { users: [], connections: [] },
          },
          'crew without bob': {
            target: { kind: 'audience', audience: { rolesAny: [role] } },
            except: { users: [users[1]!], connections: [] },
          },
        };
        for (const action of steps) {
          now += 1;
          if (action.do === 'send') {
            const update = newUpdate(now, {
              ...targets[action.to],
              delivery: action.delivery,
              collapseKey: action.delivery === 'latest' ? action.key : undefined,
              expiresAt: now + action.lifeMs,
              maxInbox: MAX_INBOX,
            });
            await updates.create(update);
            model.send(update);
          } else if (action.do === 'ack') {
            const id = model.pick(action.pick);
            const name = users[action.user]!;
            if (id !== undefined) {
              await updates.ack([ackOf(name, [id], { deviceId: action.device, roles: [role] })], now);
              model.ack(id, name, action.device);
            }
          } else if (action.do === 'cancel') {
            const id = model.pick(action.pick);
            if (id !== undefined) {
              expect(await updates.cancel(id, now)).toBe(model.cancel(id, now));
            }
          } else {
            now += action.ms;
          }
          const devices = users.flatMap((name) => DEVICES.map((deviceId) => ({ name, deviceId })));
          const pages = await updates.pendingFor(
            devices.map(({ name, deviceId }) => queryOf(name, { deviceId, roles: [role] })),
            now,
            100,
          );
          expect(pages.map((page) => page.updates.map(({ content }) => content.id))).toEqual(
            devices.map(({ name, deviceId }) => model.pending(name, deviceId, now)),
          );
        }
      }),
      { numRuns: 30 },
    );
  });
});
