import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

const folder = mkdtempSync(join(tmpdir(), 'tidegate-updates-'));
const STORE_URL = `sqlite:${join(folder, 'store.db')}`;

let gateway: TestGateway;
let api: UpdatesApi;
const start = async (): Promise<void> => {
  gateway = await TestGateway.start({ STORE_URL });
  api = new UpdatesApi(gateway);
};
beforeAll(start);
afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

it('sends when the time has come, to whoever matches then', async () => {
  const early = await signInDevice(gateway, 'ann', 'phone', { roles: ['old'] });
  const notBefore = Date.now() + 1200;
  const answer = await api.send({
    target: { audience: { rolesAny: ['new'] } },
    delivery: 'live',
    notBefore: new Date(notBefore).toISOString(),
  });
  expect(answer.matched).toEqual({ users: 0, connections: 0 });
  expect(await api.report(answer.updateId)).toMatchObject({ state: 'scheduled', notBefore });
  const late = await signInDevice(gateway, 'ben', 'phone', { roles: ['new'] });
  const { data } = await late.next('update');
  expect(data).toMatchObject({ id: answer.updateId, expiresAt: notBefore + 30_000 });
  expect(data.sentAt).toBeGreaterThanOrEqual(notBefore);
  expect(await updateData(early)).toEqual([]);
  await eventually(async () =>
    expect(await api.report(answer.updateId)).toMatchObject({ state: 'done', matched: 1, written: 1 }),
  );
});

it('survives a restart, and is sent once', async () => {
  const target = { users: ['cid'] };
  const { updateId } = await api.send({ target, notBefore: Date.now() + 1500 });
  await gateway.close();
  await start();
  const phone = await signInDevice(gateway, 'cid', 'phone');
  expect((await phone.next('update')).data.id).toBe(updateId);
  await api.send({ target, delivery: 'live', data: 'end' });
  await phone.nextMatching(({ data }) => data?.data === 'end');
  expect(await updateData(phone)).toHaveLength(2);
});

it('is not sent once it is cancelled', async () => {
  const phone = await signInDevice(gateway, 'dan', 'phone');
  const target = { users: ['dan'] };
  const soon = Date.now() + 700;
  const cancelled = await api.send({ target, data: 'cancelled', notBefore: soon });
  const kept = await api.send({ target, data: 'kept', notBefore: soon });
  expect(await api.cancel(cancelled.updateId)).toMatchObject({ state: 'cancelled' });
  await phone.next('update');
  expect(await updateData(phone)).toEqual(['kept']);
  expect(await api.report(cancelled.updateId)).toMatchObject({ state: 'cancelled', written: 0 });
  expect(await api.report(kept.updateId)).toMatchObject({ state: 'sending' });
});

it('is sent at once when its time has passed', async () => {
  const phone = await signInDevice(gateway, 'eve', 'phone');
  const answer = await api.send({ target: { users: ['eve'] }, notBefore: 1 });
  expect(answer.matched).toEqual({ users: 1, connections: 1 });
  expect((await phone.next('update')).data.id).toBe(answer.updateId);
});

it.each([
  ['more than a year ahead', Date.now() + 367 * 86_400_000],
  ['without an offset', '2026-12-24T18:00:00'],
  ['on a day that does not exist', '2026-13-24T18:00:00Z'],
  ['that is half a millisecond', 1.5],
  ['in words', 'tomorrow'],
  ['that is null', null],
])('refuses a time %s', async (_what, notBefore) => {
  await api.post({ target: { all: true }, notBefore }).expect(400);
});
