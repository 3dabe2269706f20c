import { beforeEach, describe, expect, it } from '@jest/globals';
import type { NewUpdate, PendingQuery, UpdateStore } from '../../src/ports/update-store.port.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';
import { ackOf, newUpdate, queryOf } from '../harness/update-fixtures.js';

/** Tests share a store: each lives in a time of its own, in which what others kept has expired. */
let epoch = 1_700_000_000_000;

onEveryStore('UpdateStore', (store) => {
  let updates: UpdateStore;
  let now: number;
  let alice: string;
  let bob: string;

  beforeEach(() => {
    ({ updates } = store());
    epoch += 10_000_000;
    now = epoch;
    alice = fresh('alice');
    bob = fresh('bob');
  });

  const send = async (more: Partial<NewUpdate> = {}): Promise<string> => {
    const update = newUpdate((now += 1), { target: { kind: 'users', users: [alice] }, ...more });
    expect(await updates.create(update)).toEqual({ outcome: 'created' });
    return update.id;
  };
  const pending = async (user: string, more: Partial<PendingQuery> = {}): Promise<string[]> => {
    const [page] = await updates.pendingFor([queryOf(user, more)], now, 100);
    return page!.updates.map(({ content }) => content.id);
  };
  const count = async (id: string): Promise<object> => {
    const { matched, written, acked, droppedSlow, expired, superseded, overflowed, unreached } =
      (await updates.find(id))!;
    return { matched, written, acked, droppedSlow, expired, superseded, overflowed, unreached };
  };

  describe('create', () => {
    it('keeps what was asked for', async () => {
      const update = newUpdate(now, {
        event: 'a\0b\ud800',
        data: { text: 'a\0b', list: [null, 1.5] },
        target: { kind: 'users', users: [alice, bob] },
        except: { users: [bob], connections: [] },
        answer: { matched: { users: 1, connections: 2 }, offlineQueued: 0, rejected: [] },
      });
      await updates.create(update);
      const { id, event, data, requireAck, sentAt, expiresAt } = update;
      expect(await updates.pendingFor([queryOf(alice), queryOf(bob)], now, 10)).toEqual([
        {
          updates: [{ content: { id, event, data, requireAck, sentAt, expiresAt }, isKnown: false }],
          next: undefined,
        },
        { updates: [], next: undefined },
      ]);
      expect(await updates.find(id)).toEqual({
        id,
        state: 'sent',
        event,
        delivery: 'inbox',
        targetKind: 'users',
        createdAt: now,
        notBefore: undefined,
        sentAt: now,
        expiresAt: now + 1000,
        matched: 2,
        written: 0,
        acked: 0,
        droppedSlow: 0,
        expired: 0,
        superseded: 0,
        overflowed: 0,
        unreached: 1,
      });
    });

    it('stores one update for one key, however many come at once', async () => {
      const key = fresh('key');
      const answer = { matched: { users: 3, connections: 4 }, offlineQueued: 2, rejected: [] };
      const attempts = Array.from({ length: 20 }, () =>
        newUpdate(now, {
          target: { kind: 'users', users: [alice] },
          idempotency: { key, bodyHash: 'a' },
          answer,
        }),
      );
      const outcomes = await Promise.all(attempts.map((attempt) => updates.create(attempt)));
      const created = outcomes.findIndex(({ outcome }) => outcome === 'created');
      const updateId = attempts[created]!.id;
      expect(outcomes.filter((_, index) => index !== created)).toEqual(
        Array.from({ length: 19 }, () => ({ outcome: 'duplicate', updateId, answer })),
      );
      expect(await pending(alice)).toEqual([updateId]);

      const other = newUpdate(now, { idempotency: { key, bodyHash: 'b' } });
      expect(await updates.create(other)).toEqual({ outcome: 'conflict' });
      expect(await updates.find(other.id)).toBeUndefined();
    });

    it('takes ten thousand named users', async () => {
      const users = Array.from({ length: 10_000 }, () => fresh('crowd'));
      const id = await send({ target: { kind: 'users', users } });
      expect(await pending(users[9_999]!)).toEqual([id]);
      expect(await count(id)).toMatchObject({ unreached: 10_000 });
    });

    it('keeps nothing of a live update for those who connect later', async () => {
      await send({ delivery: 'live' });
      expect(await pending(alice)).toEqual([]);
    });
  });

  describe('an inbox', () => {
    it('is delivered in order until the device acknowledges, for each device', async () => {
      const [first, second] = [await send(), await send()];
      expect(await pending(alice)).toEqual([first, second]);
      expect(await updates.ack([ackOf(alice, [first])], now)).toEqual([{ acked: [first], added: 1 }]);
      expect(await pending(alice)).toEqual([second]);
      expect(await pending(alice, { deviceId: 'tablet' })).toEqual([first, second]);
      expect(await pending(bob)).toEqual([]);
    });

    it('ends with its time', async () => {
      const id = await send({ expiresAt: now + 500 });
      now += 498;
      expect(await pending(alice)).toEqual([id]);
      now += 2;
      expect(await pending(alice)).toEqual([]);
    });

    it('drops the oldest beyond its bound, and counts it', async () => {
      const both = { target: { kind: 'users', users: [alice, bob] }, maxInbox: 2 } as const;
      const [first, second] = [
        await send(both),
        await send({ ...both, target: { kind: 'users', users: [bob] } }),
      ];
      const third = await send(both);
      expect(await pending(alice)).toEqual([first, third]);
      expect(await pending(bob)).toEqual([second, third]);
      expect(await count(first)).toMatchObject({ overflowed: 1, unreached: 1 });
      expect(await updates.users(first, '', 10)).toEqual([
        { user: alice, state: 'open', isReached: false, devices: [] },
        { user: bob, state: 'overflowed', isReached: false, devices: [] },
      ]);
    });

    it('gives its places to what is still worth something', async () => {
      const role = fresh('role');
      const crew = { target: { kind: 'audience', audience: { rolesAny: [role] } } } as const;
      for (const target of [{}, crew]) {
        const bounded = { ...target, maxInbox: 2 };
        const first = await send(bounded);
        await send({ ...bounded, expiresAt: now + 3 });
        const cancelled = await send({ ...bounded, maxInbox: 3 });
        await updates.cancel(cancelled, now);
        now += 10;
        const last = await send(bounded);
        expect(await count(first)).toMatchObject({ overflowed: 0 });
        expect(await pending(alice, { roles: [role] })).toEqual(expect.arrayContaining([first, last]));
      }
    });

    it('is bounded for everybody too', async () => {
      const role = fresh('role');
      const crew = { target: { kind: 'audience', audience: { rolesAny: [role] } }, maxInbox: 3 } as const;
      const ids = [await send(crew), await send(crew), await send(crew), await send(crew), await send(crew)];
      expect(await pending(bob, { roles: [role] })).toEqual(ids.slice(2));
      expect(await count(ids[1]!)).toMatchObject({ overflowed: 1 });
      expect(await count(ids[2]!)).toMatchObject({ overflowed: 0 });
    });

    it('comes in pages', async () => {
      const ids = [await send(), await send(), await send(), await send(), await send()];
      const seen: string[] = [];
      let after: PendingQuery['after'];
      do {
        const [page] = await updates.pendingFor([queryOf(alice, { after })], now, 2);
        seen.push(...page!.updates.map(({ content }) => content.id));
        after = page!.next;
      } while (after !== undefined);
      expect(seen).toEqual(ids);
    });
  });

  describe('the latest value', () => {
    const latest = (key: string, more: Partial<NewUpdate> = {}): Promise<string> =>
      send({ delivery: 'latest', collapseKey: key, ...more });

    it('takes the place of the older one of its key', async () => {
      const price = await latest('price');
      const limit = await latest('limit');
      const newer = await latest('price');
      expect(await pending(alice)).toEqual([limit, newer]);
      expect(await count(price)).toMatchObject({ superseded: 1, unreached: 0 });
      expect(await count(newer)).toMatchObject({ superseded: 0, unreached: 1 });
    });

    it('does not let an older one come back when it expires or is acknowledged', async () => {
      const role = fresh('role');
      const crew = { kind: 'audience', audience: { rolesAny: [role] } } as const;
      await latest('price', { target: crew, expiresAt: now + 5_000 });
      const own = await latest('price', { expiresAt: now + 100 });
      expect(await pending(alice, { roles: [role] })).toEqual([own]);
      await updates.ack([ackOf(alice, [own])], now);
      expect(await pending(alice, { roles: [role] })).toEqual([]);
      now += 200;
      expect(await pending(alice, { roles: [role], deviceId: 'tablet' })).toEqual([]);
    });

    it('takes the place of an older one for the same audience, however that is spelt', async () => {
      const role = fresh('role');
      const audience = { rolesAny: [role], topicsAny: ['t'] };
      const device = { roles: [role, 'other'], topics: ['t'] };
      const older = await latest('price', { target: { kind: 'audience', audience } });
      const spelt = { topicsAny: ['t'], rolesAny: [role] };
      const newer = await latest('price', { target: { kind: 'audience', audience: spelt } });
      expect(await pending(bob, device)).toEqual([newer]);
      expect(await count(older)).toMatchObject({ superseded: 1 });
    });
  });

  describe('an update for everybody or an audience', () => {
    it('waits for whoever matches when they connect', async () => {
      const role = fresh('role');
      const everybody = await send({ target: { kind: 'all' }, except: { users: [bob], connections: [] } });
      const attrs = { plan: ['pro', 'max'], seats: [5] };
      const audience = { rolesAny: [role, 'x'], attrs };
      const some = await send({ target: { kind: 'audience', audience } });
      const claims = { roles: [role], attributes: { plan: 'max', seats: 5 } };
      expect(await pending(alice, claims)).toEqual([everybody, some]);
      expect(await pending(alice, { ...claims, attributes: { plan: 'max' } })).toEqual([everybody]);
      expect(await pending(bob, claims)).toEqual([some]);
      expect(await pending(bob)).toEqual([]);
    });

    it('is acknowledged for each device', async () => {
      const id = await send({ target: { kind: 'all' } });
      await updates.ack([ackOf(alice, [id])], now);
      expect(await pending(alice)).toEqual([]);
      expect(await pending(alice, { deviceId: 'tablet' })).toEqual([id]);
    });
  });

  describe('acknowledgements', () => {
    it('count each device once, in one batch and in several', async () => {
      const id = await send({ target: { kind: 'users', users: [alice, bob] } });
      const tablet = { deviceId: 'tablet' };
      expect(
        await updates.ack(
          [ackOf(alice, [id, id]), ackOf(alice, [id]), ackOf(alice, [id], tablet), ackOf(bob, [id])],
          now,
        ),
      ).toEqual([
        { acked: [id], added: expect.any(Number) },
        { acked: [id], added: expect.any(Number) },
        { acked: [id], added: 1 },
        { acked: [id], added: 1 },
      ]);
      expect(await updates.ack([ackOf(alice, [id])], now)).toEqual([{ acked: [id], added: 0 }]);
      expect(await count(id)).toMatchObject({ acked: 3 });
    });

    it('are taken from those alone whom the update is for', async () => {
      const scheduled = await send({ notBefore: now + 100 });
      const named = await send();
      const live = await send({
        delivery: 'live',
        target: { kind: 'all' },
        except: { users: [bob], connections: ['left out'] },
      });
      const all = ['unknown', scheduled, named, live];
      const results = await updates.ack(
        [
          ackOf(alice, all),
          ackOf(alice, [live], { deviceId: 'later', connectedAt: now + 1 }),
          ackOf(alice, [live], { deviceId: 'other', connectionId: 'left out' }),
          ackOf(bob, all),
        ],
        now,
      );
      expect(results.map(({ acked }) => acked)).toEqual([[named, live], [], [], []]);
      expect(await count(live)).toMatchObject({ acked: 1 });
    });
  });

  describe('records', () => {
    const nothing = { matched: 0, written: 0, droppedSlow: 0, expired: 0 };

    it('add up, and tell who was reached', async () => {
      const id = await send({ target: { kind: 'users', users: [alice, bob] } });
      const reached = [{ updateId: id, user: alice, deviceId: 'phone' }];
      await updates.record({
        counts: [{ ...nothing, updateId: id, matched: 2, written: 1 }],
        reached,
        time: now,
      });
      await updates.record({
        counts: [{ updateId: id, matched: 1, written: 1, droppedSlow: 2, expired: 3 }],
        reached: [...reached, { updateId: id, user: alice, deviceId: undefined }],
        time: now,
      });
      expect(await count(id)).toMatchObject({
        matched: 3,
        written: 2,
        droppedSlow: 2,
        expired: 3,
        unreached: 1,
      });
      await updates.ack([ackOf(alice, [id], { deviceId: 'tablet' })], now);
      expect(await updates.users(id, '', 10)).toEqual([
        {
          user: alice,
          state: 'open',
          isReached: true,
          devices: [
            { device: 'phone', ackedAt: undefined },
            { device: 'tablet', ackedAt: now },
          ],
        },
        { user: bob, state: 'open', isReached: false, devices: [] },
      ]);
      expect(await updates.users(id, alice, 10)).toHaveLength(1);
      const [page] = await updates.pendingFor([queryOf(alice)], now, 10);
      expect(page!.updates).toEqual([{ content: expect.objectContaining({ id }), isKnown: true }]);
    });

    it('are listed from the newest, in pages', async () => {
      const [first, second, third] = [await send(), await send(), await send()];
      const ids = async (before: string | undefined): Promise<string[]> =>
        (await updates.list(before, 2)).map(({ id }) => id);
      expect(await ids(undefined)).toEqual([third, second]);
      expect((await ids(second))[0]).toBe(first);
    });
  });

  describe('scheduled updates', () => {
    const claim = (limit = 100): ReturnType<UpdateStore['claimDue']> =>
      updates.claimDue({ now, limit, maxInbox: 100, notifyAt: now + 5 });

    it('are claimed once, when their time has come, and kept from then on', async () => {
      const notBefore = now + 100;
      const id = await send({ notBefore, expiresAt: notBefore + 1_000 });
      expect(await claim()).toEqual([]);
      expect(await pending(alice)).toEqual([]);
      expect(await updates.find(id)).toMatchObject({ state: 'scheduled', notBefore, sentAt: undefined });
      now = notBefore;
      const claims = await Promise.all(Array.from({ length: 5 }, () => claim()));
      expect(claims.flat()).toEqual([
        expect.objectContaining({ id, sentAt: now, target: { kind: 'users', users: [alice] } }),
      ]);
      expect(await updates.find(id)).toMatchObject({ state: 'sent', sentAt: now });
      expect(await pending(alice)).toEqual([id]);
    });

    it('are not claimed once they have expired or were cancelled', async () => {
      await send({ notBefore: now + 100, expiresAt: now + 200 });
      const id = await send({ notBefore: now + 100, expiresAt: now + 5_000 });
      expect(await updates.cancel(id, now)).toBe(true);
      now += 300;
      expect(await claim()).toEqual([]);
    });

    it('come by the moment they are due, as many as asked for', async () => {
      const late = await send({ notBefore: now + 20, expiresAt: now + 5_000 });
      const early = await send({ notBefore: now + 10, expiresAt: now + 5_000 });
      now += 100;
      expect((await claim(1)).map(({ id }) => id)).toEqual([early]);
      expect((await claim(1)).map(({ id }) => id)).toEqual([late]);
    });
  });

  describe('cancelling', () => {
    it('ends what has not been delivered, once', async () => {
      const named = await send();
      const standing = await send({ target: { kind: 'all' } });
      expect(await updates.cancel(named, now)).toBe(true);
      expect(await updates.cancel(standing, now)).toBe(true);
      expect(await updates.cancel(named, now)).toBe(false);
      expect(await updates.cancel('unknown', now)).toBe(false);
      expect(await pending(alice)).toEqual([]);
      expect(await updates.find(named)).toMatchObject({ state: 'cancelled' });
    });

    it('has nothing to do once the update has expired', async () => {
      const id = await send({ expiresAt: now + 10 });
      expect(await updates.cancel(id, now + 10)).toBe(false);
    });
  });

  it('forgets what expired long ago, with its key', async () => {
    const idempotency = { key: fresh('key'), bodyHash: 'a' };
    const ids = await Promise.all(Array.from({ length: 45 }, () => send({ expiresAt: epoch + 1 })));
    const keyed = await send({ idempotency, expiresAt: epoch + 1 });
    const kept = await send({ expiresAt: epoch + 100 });
    await updates.ack([ackOf(alice, [keyed])], now);
    expect(await updates.trim(epoch + 50)).toBeGreaterThanOrEqual(46);
    expect(await updates.find(ids[0]!)).toBeUndefined();
    expect(await updates.users(keyed, '', 10)).toEqual([]);
    expect(await updates.find(kept)).toBeDefined();
    expect(await updates.create(newUpdate(now, { idempotency }))).toEqual({ outcome: 'created' });
  });

  it('has the unacknowledged users of an inbox told about later', async () => {
    const { hooks } = store();
    const id = await send({ notifyAt: now + 5 });
    await send({ notifyAt: now + 5, delivery: 'live' });
    await send({ notifyAt: now + 5, target: { kind: 'all' } });
    const jobs = await hooks.take(now + 5, 1_000, 100);
    expect(jobs.filter(({ kind }) => kind === 'update').map(({ updateId }) => updateId)).toContain(id);
  });
});
