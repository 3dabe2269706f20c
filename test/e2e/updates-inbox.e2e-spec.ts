import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

let gateway: TestGateway;
let api: UpdatesApi;
beforeAll(async () => {
  gateway = await TestGateway.start({ UPDATES_MAX_INBOX: '3' });
  api = new UpdatesApi(gateway);
});
afterAll(() => gateway.close());

it('waits for a user who is away, and comes in order until the device acknowledges', async () => {
  const target = { users: ['alice'] };
  const first = await api.send({ target, data: 1 });
  const second = await api.send({ target, data: 2 });
  expect(first).toMatchObject({ matched: { users: 0, connections: 0 }, offlineQueued: 1 });

  const phone = await signInDevice(gateway, 'alice', 'phone');
  const pushes = [(await phone.next('update')).data, (await phone.next('update')).data];
  expect(pushes).toEqual([
    expect.objectContaining({ id: first.updateId, data: 1, requireAck: true, expiresAt: expect.any(Number) }),
    expect.objectContaining({ id: second.updateId, data: 2 }),
  ]);
  const { data } = await phone.request('updates.ack', { ids: [first.updateId] });
  expect(data).toEqual({ acked: [first.updateId] });
  phone.terminate();

  const again = await signInDevice(gateway, 'alice', 'phone');
  expect((await again.next('update')).data.data).toBe(2);
  const tablet = await signInDevice(gateway, 'alice', 'tablet');
  expect([(await tablet.next('update')).data.data, (await tablet.next('update')).data.data]).toEqual([1, 2]);
  expect(await updateData(again)).toEqual([2]);
});

it('reaches those connected at once, and is acknowledged for each device', async () => {
  const phone = await signInDevice(gateway, 'bob', 'phone');
  const { updateId, offlineQueued } = await api.send({ target: { users: ['bob'] }, data: 'now' });
  expect(offlineQueued).toBe(0);
  expect((await phone.next('update')).data.id).toBe(updateId);
  await phone.request('updates.ack', { ids: [updateId] });
  const again = await signInDevice(gateway, 'bob', 'phone');
  const tablet = await signInDevice(gateway, 'bob', 'tablet');
  expect((await tablet.next('update')).data.id).toBe(updateId);
  expect(await updateData(again)).toEqual([]);
});

it('says whom it reached', async () => {
  const phone = await signInDevice(gateway, 'carol', 'phone');
  const { updateId } = await api.send({ target: { users: ['carol', 'dave', 'erin'] } });
  await phone.next('update');
  await phone.request('updates.ack', { ids: [updateId] });
  await (await signInDevice(gateway, 'dave', 'tablet')).next('update');
  await (await gateway.signIn('dave')).next('update');

  await eventually(async () => {
    expect(await api.report(updateId, '?perUser=true')).toMatchObject({
      state: 'sending',
      delivery: 'inbox',
      target: 'users',
      matched: 3,
      written: 3,
      acked: 1,
      perUser: [
        {
          user: 'carol',
          state: 'acked',
          devices: [{ device: 'phone', acked: true, ackedAt: expect.any(Number) }],
        },
        { user: 'dave', state: 'sent', devices: [{ device: 'tablet', acked: false }] },
        { user: 'erin', state: 'waiting', devices: [] },
      ],
      next: null,
    });
  });
  expect(await api.report(updateId, '?perUser=true&limit=1&after=carol')).toMatchObject({
    perUser: [{ user: 'dave' }],
    next: 'dave',
  });
});

it('does not count a device twice that is given it again', async () => {
  const { updateId } = await api.send({ target: { users: ['frank'] } });
  for (let visit = 0; visit < 3; visit += 1) {
    const phone = await signInDevice(gateway, 'frank', 'phone');
    expect((await phone.next('update')).data.id).toBe(updateId);
    phone.terminate();
    await phone.closed;
  }
  await eventually(async () =>
    expect(await api.report(updateId)).toMatchObject({ matched: 1, written: 1, acked: 0 }),
  );
});

it('drops the oldest of a full inbox, and counts it', async () => {
  const sent = [];
  for (let n = 1; n <= 5; n += 1) {
    sent.push(await api.send({ target: { users: ['grace', `other-${n}`] }, data: n }));
  }
  const phone = await signInDevice(gateway, 'grace', 'phone');
  await phone.nextMatching(({ data }) => data?.data === 5);
  expect(await updateData(phone)).toEqual([3, 4, 5]);
  expect(await api.report(sent[1].updateId, '?perUser=true')).toMatchObject({
    overflowed: 1,
    perUser: [
      { user: 'grace', state: 'overflowed' },
      { user: 'other-2', state: 'waiting' },
    ],
  });
});

it('is not given after its time', async () => {
  const { updateId } = await api.send({ target: { users: ['heidi'] }, ttlSeconds: 1, data: 'short' });
  await api.send({ target: { users: ['heidi'] }, data: 'long' });
  await eventually(async () =>
    expect(await api.report(updateId, '?perUser=true')).toMatchObject({
      state: 'expired',
      matched: 0,
      expired: 1,
      perUser: [{ user: 'heidi', state: 'expired' }],
    }),
  );
  const phone = await signInDevice(gateway, 'heidi', 'phone');
  await phone.next('update');
  expect(await updateData(phone)).toEqual(['long']);
});

it('gives nothing that waits to a client that can only listen, but what is sent while it listens', async () => {
  await api.send({ target: { users: ['ivan'] }, data: 'before' });
  const feed = await gateway.signIn('ivan', { path: '/feed?symbols=AAPL' });
  const desktop = await gateway.signIn('ivan');
  expect((await desktop.next('update')).data.data).toBe('before');
  await api.send({ target: { users: ['ivan'] }, data: 'now' });
  expect((await feed.next('update')).data.data).toBe('now');
  expect(feed.received.filter(({ event }) => event === 'update')).toHaveLength(1);
});

it('gives a flood of waiting updates to a device without closing it as slow', async () => {
  const big = await TestGateway.start({ WS_MAX_QUEUE_BYTES: '65536' });
  try {
    const waiting = new UpdatesApi(big);
    const data = 'x'.repeat(8_000);
    for (let n = 0; n < 150; n += 1) {
      await waiting.send({ target: { users: ['judy'] }, data: { n, data } });
    }
    const phone = await signInDevice(big, 'judy', 'phone');
    await phone.nextMatching(({ data: push }) => push?.data?.n === 149);
    const numbers = (await updateData(phone)).map((push) => (push as { n: number }).n);
    expect(numbers).toEqual(Array.from({ length: 150 }, (_, n) => n));
  } finally {
    await big.close();
  }
});
