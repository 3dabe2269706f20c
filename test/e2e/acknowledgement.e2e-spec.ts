import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

it('counts each device that acknowledges, and takes acknowledgements from nobody else', async () => {
  const phone = await gateway.signIn('alice');
  const desktop = await gateway.signIn('alice');
  const other = await gateway.signIn('bob');
  const admin = { authorization: `Bearer ${adminToken()}` };

  const { body } = await gateway.rest
    .post('/v1/updates')
    .set(admin)
    .send({ target: { users: ['alice'] }, event: 'sign', data: {}, delivery: 'live', requireAck: true })
    .expect(202);
  const { data } = await phone.next('update');
  expect(data).toMatchObject({ id: body.updateId, requireAck: true });

  expect((await phone.request('updates.ack', { ids: [data.id, 'unknown'] })).data).toEqual({
    acked: [data.id],
  });
  expect((await other.request('updates.ack', { ids: [data.id] })).data).toEqual({ acked: [] });
  const report = () => gateway.rest.get(`/v1/updates/${body.updateId}`).set(admin).expect(200);
  expect((await report()).body).toMatchObject({ matched: 2, acked: 1 });

  // Who connects later never got it: its acknowledgement would make more acknowledged than matched.
  const later = await gateway.signIn('alice');
  expect((await later.request('updates.ack', { ids: [data.id] })).data).toEqual({ acked: [] });
  expect((await phone.request('updates.ack', { ids: [data.id, data.id] })).data).toEqual({
    acked: [data.id],
  });
  expect(await gateway.metric('updates_acked_total')).toBe(1);

  await desktop.request('updates.ack', { ids: [data.id] });
  await desktop.request('updates.ack', { ids: [data.id] });
  expect((await report()).body.acked).toBe(2);
});
