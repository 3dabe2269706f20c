import { ConflictException, UnprocessableEntityException } from '@nestjs/common';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { turn } from '../../../test/harness/hub-fixture.js';
import { UpdatesFixture, updatesIn } from '../../../test/harness/updates-fixture.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import type { UpdateRequest } from './plan-update.js';

let fixture: UpdatesFixture;
beforeEach(async () => {
  fixture = await UpdatesFixture.open();
});

const live = (request: Partial<UpdateRequest> = {}) => fixture.send({ delivery: 'live', ...request });
const everybody = { target: { all: true } } as const;

describe('live updates', () => {
  it('reach everybody who is signed in, on every device', async () => {
    const clients = ['alice', 'alice', 'bob'].map((user) => fixture.connect(user));
    const stranger = fixture.hub.open();
    const result = await live({ ...everybody, data: { a: 1 } });
    await fixture.settle();
    expect(result).toEqual({
      updateId: expect.any(String),
      duplicate: false,
      matched: { users: 2, connections: 3 },
      offlineQueued: 0,
      rejected: [],
      dryRun: false,
    });
    const sentAt = fixture.hub.clock.epochMs();
    const push = {
      id: result.updateId,
      event: 'news',
      data: { a: 1 },
      sentAt,
      expiresAt: sentAt + 30_000,
      requireAck: false,
    };
    expect(clients.map(updatesIn)).toEqual([[push], [push], [push]]);
    expect(updatesIn(stranger)).toEqual([]);
  });

  it('reach named users once, however often they are named', async () => {
    const [phone, desktop, bob] = ['alice', 'alice', 'bob'].map((user) => fixture.connect(user));
    const { matched } = await live({ target: { users: ['alice', 'alice', 'nobody'] } });
    await fixture.settle();
    expect(matched).toEqual({ users: 1, connections: 2 });
    expect([phone, desktop, bob].map((client) => updatesIn(client!).length)).toEqual([1, 1, 0]);
  });

  it('leave out users and connections, and do not count them', async () => {
    const [phone, desktop, bob] = ['alice', 'alice', 'bob'].map((user) => fixture.connect(user));
    const except = { users: ['bob'], connections: [desktop!.session.id] };
    const { matched } = await live({ ...everybody, except });
    await fixture.settle();
    expect(matched).toEqual({ users: 1, connections: 1 });
    expect([phone, desktop, bob].map((client) => updatesIn(client!).length)).toEqual([1, 0, 0]);
  });

  it('do not count a connection that is closing', async () => {
    fixture.connect('alice').session.close(CLOSE_REASONS.drain);
    for (const target of [{ users: ['alice'] }, { all: true } as const]) {
      expect((await live({ target })).matched).toEqual({ users: 0, connections: 0 });
    }
  });

  it('wait before they are matched while earlier ones are still going out', async () => {
    fixture.connect('alice');
    let makeRoom: () => void = () => {};
    jest.spyOn(fixture.hub.paced, 'room').mockReturnValueOnce(new Promise((resolve) => (makeRoom = resolve)));
    const sending = live(everybody);
    await fixture.settle();
    // A few users do not wait behind everybody.
    expect((await live({ target: { users: ['alice'] } })).matched.connections).toBe(1);
    const late = fixture.connect('alice');
    makeRoom();
    expect((await sending).matched).toEqual({ users: 1, connections: 2 });
    await fixture.settle();
    expect(updatesIn(late)).toHaveLength(1);
    jest.restoreAllMocks();
  });

  it('do not reach who signs in while they are committed: these were not matched', async () => {
    const early = fixture.connect('alice');
    const sending = live(everybody);
    // Matched by now, and not committed yet.
    await Promise.resolve();
    const late = fixture.connect('alice');
    await sending;
    await fixture.settle();
    expect([early, late].map((client) => updatesIn(client).length)).toEqual([1, 0]);
  });

  it('are acknowledged by those alone who got them', async () => {
    const [phone, bob] = [fixture.connect('alice'), fixture.connect('bob')];
    const { updateId } = await live({ requireAck: true });
    fixture.hub.clock.advance(1);
    const later = fixture.connect('alice');
    expect(await fixture.acks.ack(phone.session, [updateId, 'unknown', updateId])).toEqual([updateId]);
    expect(await fixture.acks.ack(bob.session, [updateId])).toEqual([]);
    expect(await fixture.acks.ack(later.session, [updateId])).toEqual([]);
    expect(await fixture.acks.ack(fixture.hub.open().session, [updateId])).toEqual([]);
    expect(await fixture.reports.report(updateId)).toMatchObject({ matched: 1, acked: 1 });
  });

  it('are not written from the queue of a slow reader once they have expired', async () => {
    const slow = fixture.connect('alice');
    slow.writer.isWritable = false;
    const { updateId } = await live({ ttlSeconds: 1 });
    await turn();
    fixture.hub.clock.advance(1000);
    slow.writer.isWritable = true;
    fixture.hub.hub.resume(slow.session);
    await turn();
    fixture.hub.receipts.report();
    expect(updatesIn(slow)).toEqual([]);
    expect(await fixture.reports.report(updateId)).toMatchObject({ matched: 1, written: 0, expired: 1 });
  });
});

describe('a dry run', () => {
  it('matches, and neither stores nor sends', async () => {
    const client = fixture.connect('alice');
    const create = jest.spyOn(fixture.store, 'create');
    const result = await fixture.send({ target: { users: ['alice', 'bob', ''] }, dryRun: true });
    await fixture.settle();
    expect(result).toMatchObject({
      matched: { users: 1, connections: 1 },
      offlineQueued: 1,
      rejected: [{ user: '', code: 'validation' }],
      dryRun: true,
    });
    expect(create).not.toHaveBeenCalled();
    expect(updatesIn(client)).toEqual([]);
  });
});

describe('a repeated request', () => {
  const request = { target: { users: ['alice'] }, event: 'x', data: { a: 1, b: 2 } };
  const key = { caller: 'ops', route: 'updates', key: 'k' };

  it('gets the first answer, and nothing is sent again', async () => {
    const first = await fixture.service.sendDemandUpdates(request, key);
    const client = fixture.connect('alice');
    const spelt = { ...request, data: { b: 2, a: 1 } };
    expect(await fixture.service.sendDemandUpdates(spelt, key)).toEqual({ ...first, duplicate: true });
    await fixture.settle();
    expect(updatesIn(client)).toEqual([]);
  });

  it('is refused with another body, and while the first is under way', async () => {
    const first = fixture.service.sendDemandUpdates(request, key);
    await expect(fixture.service.sendDemandUpdates(request, key)).rejects.toThrow(ConflictException);
    await first;
    await expect(fixture.service.sendDemandUpdates({ ...request, data: 1 }, key)).rejects.toThrow(
      UnprocessableEntityException,
    );
  });
});

describe('a scheduled update', () => {
  it('is sent once, although sending takes longer than the schedule', async () => {
    const client = fixture.connect('alice');
    const { updateId } = await live({ notBefore: fixture.hub.clock.epochMs() + 700 });
    fixture.hub.clock.advance(500);
    await fixture.settle();
    expect(updatesIn(client)).toEqual([]);
    fixture.hub.clock.advance(2000);
    await fixture.settle();
    expect(updatesIn(client)).toHaveLength(1);
    fixture.hub.receipts.report();
    expect(await fixture.reports.report(updateId)).toMatchObject({ state: 'done', matched: 1, written: 1 });
  });

  it('is not sent after its time, when nobody was there to send it', async () => {
    const client = fixture.connect('alice');
    const { updateId } = await live({ notBefore: fixture.hub.clock.epochMs() + 100, ttlSeconds: 1 });
    fixture.hub.clock.stall(5000);
    fixture.hub.clock.advance(500);
    await fixture.settle();
    expect(updatesIn(client)).toEqual([]);
    expect(await fixture.reports.report(updateId)).toMatchObject({ state: 'expired', written: 0 });
  });
});
