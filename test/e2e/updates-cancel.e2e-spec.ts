import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

let gateway: TestGateway;
let api: UpdatesApi;
beforeAll(async () => {
  gateway = await TestGateway.start();
  api = new UpdatesApi(gateway);
});
afterAll(() => gateway.close());

it('drops what is still waiting, and keeps the counts of the rest', async () => {
  const phone = await signInDevice(gateway, 'ann', 'phone');
  const { updateId } = await api.send({ target: { users: ['ann', 'ben'] } });
  const standing = await api.send({ target: { all: true } });
  await phone.next('update');
  await phone.request('updates.ack', { ids: [updateId] });
  await eventually(async () => expect(await api.report(updateId)).toMatchObject({ written: 1 }));

  const report = { state: 'cancelled', matched: 1, written: 1, acked: 1 };
  expect(await api.cancel(updateId)).toMatchObject(report);
  expect(await api.cancel(updateId)).toMatchObject(report);
  await api.cancel(standing.updateId);

  const ben = await signInDevice(gateway, 'ben', 'phone');
  await api.send({ target: { users: ['ben'] }, data: 'end' });
  await ben.next('update');
  expect(await updateData(ben)).toEqual(['end']);
  expect(await api.report(updateId, '?perUser=true')).toMatchObject({
    perUser: [
      { user: 'ann', state: 'acked' },
      { user: 'ben', state: 'cancelled' },
    ],
  });
});

it('comes too late for a live update that everybody has', async () => {
  const client = await gateway.signIn('cid');
  const { updateId } = await api.send({ target: { users: ['cid'] }, delivery: 'live' });
  await client.next('update');
  await eventually(async () => expect(await api.report(updateId)).toMatchObject({ state: 'done' }));
  expect(await api.cancel(updateId)).toMatchObject({ state: 'done', written: 1 });
});

it('knows nothing of other ids', async () => {
  const headers = { authorization: `Bearer ${adminToken()}` };
  for (const id of ['unknown', '01a1fe49-54ec-7000-850b-28d61f47ea8a', '%00']) {
    await gateway.rest.delete(`/v1/updates/${id}`).set(headers).expect(404);
    await gateway.rest.get(`/v1/updates/${id}`).set(headers).expect(404);
  }
});
