import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { StoreUnavailable } from '../../src/ports/store-unavailable.js';
import { UpdateStore } from '../../src/ports/update-store.port.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';
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

it('does not send again when a request is repeated after a restart', async () => {
  const body = { target: { users: ['ann', 'a b'] }, delivery: 'live', data: { a: 1, b: [2] } };
  const first = await api.post(body, 'order-1').expect(202);
  await gateway.close();
  await start();
  const ann = await signInDevice(gateway, 'ann', 'phone');
  const spelt = { data: { b: [2], a: 1 }, delivery: 'live', target: { users: ['ann', 'a b'] } };
  const second = await api.post(spelt, 'order-1').expect(202);
  expect(second.body).toEqual({ ...first.body, duplicate: true });
  expect(await updateData(ann)).toEqual([]);
  await api.post({ ...body, data: { a: 2 } }, 'order-1').expect(422);
  expect(await updateData(ann)).toEqual([]);
});

it('sends once however many requests with one key come at a time', async () => {
  const ben = await signInDevice(gateway, 'ben', 'phone');
  const body = { target: { users: ['ben'] }, delivery: 'live', idempotencyKey: 'order-2' };
  const answers = await Promise.all(Array.from({ length: 10 }, () => api.post(body)));
  const accepted = answers.filter(({ status }) => status === 202);
  expect(accepted.filter(({ body: answer }) => !answer.duplicate)).toHaveLength(1);
  for (const { headers, status } of answers.filter((answer) => !accepted.includes(answer))) {
    expect([status, headers['retry-after']]).toEqual([409, '1']);
  }
  await ben.next('update');
  expect(await updateData(ben)).toHaveLength(1);
});

it('keeps the keys of callers and routes apart', async () => {
  const cid = await signInDevice(gateway, 'cid', 'phone');
  const send = (caller: string, route: string, body: object) =>
    gateway.rest
      .post(`/v1/${route}`)
      .set({ authorization: `Bearer ${adminToken(caller)}`, 'idempotency-key': 'k' })
      .send({ event: 'x', data: 1, ...body })
      .expect(202);
  const update = { target: { users: ['cid'] }, delivery: 'live' };
  await send('one', 'updates', update);
  await send('two', 'updates', update);
  await send('one', 'broadcast', {});
  const { body } = await send('one', 'broadcast', {});
  expect(body.duplicate).toBe(true);
  expect(await updateData(cid)).toHaveLength(3);
});

it('does not tie a dry run to its key', async () => {
  const body = { target: { users: ['dan'] }, idempotencyKey: 'order-3' };
  const dry = await api.send({ ...body, dryRun: true });
  expect(dry).toMatchObject({ dryRun: true, offlineQueued: 1, duplicate: false });
  await gateway.rest
    .get(`/v1/updates/${dry.updateId}`)
    .set('authorization', `Bearer ${adminToken()}`)
    .expect(404);
  expect(await api.send(body)).toMatchObject({ dryRun: false, duplicate: false });
});

it('sends nothing while the store is away, and sends it when the caller comes again', async () => {
  const store = gateway.app.get(UpdateStore);
  const eve = await signInDevice(gateway, 'eve', 'phone');
  const create = jest.spyOn(store, 'create').mockRejectedValue(new StoreUnavailable());
  const body = { target: { users: ['eve'] }, delivery: 'live' };
  const refused = await api.post(body, 'order-4').expect(503);
  expect(refused.type).toBe('application/problem+json');
  expect(refused.headers['retry-after']).toBe('1');
  await gateway.rest
    .post('/v1/broadcast')
    .set('authorization', `Bearer ${adminToken()}`)
    .send({ event: 'x', data: 1 })
    .expect(503);
  expect(await updateData(eve)).toEqual([]);
  create.mockRestore();
  expect((await api.post(body, 'order-4').expect(202)).body.duplicate).toBe(false);
  await eve.next('update');
});

it('delivers what was committed although the store was lost before it could say so', async () => {
  const store = gateway.app.get(UpdateStore);
  const frank = await signInDevice(gateway, 'frank', 'phone');
  const real = store.create.bind(store);
  const create = jest.spyOn(store, 'create').mockImplementationOnce(async (update) => {
    await real(update);
    throw new StoreUnavailable(true);
  });
  const body = { target: { users: ['frank'] }, data: 'late' };
  await api.post(body, 'order-5').expect(503);
  create.mockRestore();
  expect((await api.post(body, 'order-5').expect(202)).body.duplicate).toBe(true);
  expect((await frank.next('update')).data.data).toBe('late');
  await api.send({ target: { users: ['frank'] }, data: 'end' });
  await frank.next('update');
  expect(await updateData(frank)).toEqual(['late', 'end']);
});
