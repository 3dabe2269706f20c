import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

it('delivers an update to a named user on both devices, and to nobody else', async () => {
  const phone = await gateway.signIn('alice');
  const desktop = await gateway.signIn('alice');
  const other = await gateway.signIn('bob');

  const response = await gateway.rest
    .post('/v1/updates')
    .set('authorization', `Bearer ${adminToken()}`)
    .send({ target: { users: ['alice'] }, event: 'order.filled', data: { order: 7 }, delivery: 'live' })
    .expect(202);

  expect(response.body).toMatchObject({
    matched: { users: 1, connections: 2 },
    duplicate: false,
    dryRun: false,
  });
  for (const device of [phone, desktop]) {
    const { data } = await device.next('update');
    expect(data).toMatchObject({ id: response.body.updateId, event: 'order.filled', data: { order: 7 } });
  }
  await other.request('ping');
  expect(other.received.map(({ event }) => event)).not.toContain('update');
});
