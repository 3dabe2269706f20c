import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

let gateway: TestGateway;
let api: UpdatesApi;
beforeAll(async () => {
  gateway = await TestGateway.start();
  api = new UpdatesApi(gateway);
});
afterAll(() => gateway.close());

const latest = (target: object, collapseKey: string, data: unknown, more: object = {}) =>
  api.send({ target, collapseKey, data, delivery: 'latest', ...more });

it('keeps the newest value of each key for who connects later', async () => {
  const target = { users: ['alice'] };
  const old = await latest(target, 'margin', 'old');
  await latest(target, 'limit', 'limit');
  await latest(target, 'margin', 'new');
  const phone = await signInDevice(gateway, 'alice', 'phone');
  await phone.nextMatching(({ data }) => data?.data === 'new');
  expect(await updateData(phone)).toEqual(['limit', 'new']);
  expect(await api.report(old.updateId, '?perUser=true')).toMatchObject({
    superseded: 1,
    written: 0,
    perUser: [{ user: 'alice', state: 'superseded' }],
  });
});

it('gives it at every visit until it is acknowledged', async () => {
  const { updateId } = await latest({ users: ['bob'] }, 'k', 1, { requireAck: true });
  for (let visit = 0; visit < 2; visit += 1) {
    const phone = await signInDevice(gateway, 'bob', 'phone');
    expect((await phone.next('update')).data.id).toBe(updateId);
  }
  const phone = await signInDevice(gateway, 'bob', 'phone');
  await phone.next('update');
  await phone.request('updates.ack', { ids: [updateId] });
  const after = await signInDevice(gateway, 'bob', 'phone');
  await latest({ users: ['bob'] }, 'other', 2);
  await after.next('update');
  expect(await updateData(after)).toEqual([2]);
});

it('does not let an older value for everybody come back behind a newer one for the user', async () => {
  await latest({ all: true }, 'banner', 'for all');
  await latest({ users: ['carol'] }, 'banner', 'for carol', { ttlSeconds: 60 });
  const carol = await signInDevice(gateway, 'carol', 'phone');
  const dave = await signInDevice(gateway, 'dave', 'phone');
  await Promise.all([carol.next('update'), dave.next('update')]);
  expect(await updateData(carol)).toEqual(['for carol']);
  expect(await updateData(dave)).toEqual(['for all']);

  const newer = await latest({ all: true }, 'banner', 'newer for all');
  const late = await signInDevice(gateway, 'carol', 'tablet');
  expect((await late.next('update')).data.id).toBe(newer.updateId);
  expect(await updateData(late)).toEqual(['newer for all']);
});

it.each([
  ['latest without a key', { delivery: 'latest' }],
  ['a key without latest', { delivery: 'inbox', collapseKey: 'k' }],
  ['a key with a line feed', { delivery: 'latest', collapseKey: 'a\nb' }],
  ['an endless life', { ttlSeconds: 1e9 }],
  ['no life', { ttlSeconds: 0 }],
  ['half a second', { ttlSeconds: 0.5 }],
  ['a priority of its own', { priority: 'high' }],
])('refuses %s', async (_what, change) => {
  await api.post({ target: { all: true }, ...change }).expect(400);
});
