import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';
import { signInDevice, updateData, UpdatesApi } from '../harness/updates-api.js';

let gateway: TestGateway;
let api: UpdatesApi;
beforeAll(async () => {
  gateway = await TestGateway.start();
  api = new UpdatesApi(gateway);
});
afterAll(() => gateway.close());

it.each([
  ['is empty', 'device='],
  ['is too long', `device=${'x'.repeat(65)}`],
  ['has other characters', 'device=my%20phone'],
  ['comes twice', 'device=a&device=b'],
])('refuses a handshake whose device %s', async (_what, query) => {
  const client = gateway.connect({ token: testToken(), path: `/ws?${query}` });
  expect((await client.refused).statusCode).toBe(400);
  expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="device"}')).toBeGreaterThan(0);
});

it('can be named by the first message', async () => {
  const { updateId } = await api.send({ target: { users: ['ann'] } });
  const phone = await signInDevice(gateway, 'ann', 'phone');
  await phone.next('update');
  await phone.request('updates.ack', { ids: [updateId] });

  const signIn = async (data: object) => {
    const client = gateway.connect();
    await client.opened;
    await client.request('auth', { token: testToken({ sub: 'ann' }), ...data });
    return client;
  };
  const again = await signIn({ device: 'phone' });
  const other = await signIn({ device: 'tablet' });
  expect((await other.next('update')).data.id).toBe(updateId);
  expect(await updateData(again)).toEqual([]);
  const stranger = gateway.connect();
  await stranger.opened;
  stranger.raw(JSON.stringify({ id: 1, event: 'auth', data: { token: testToken(), device: 'my phone' } }));
  expect(await stranger.closed).toMatchObject({ code: 3000, reason: 'auth_required' });
});

it('is the connection itself where none is named', async () => {
  const { updateId } = await api.send({ target: { users: ['ben'] } });
  const first = await gateway.signIn('ben');
  await first.next('update');
  expect((await first.request('updates.ack', { ids: [updateId] })).data.acked).toEqual([updateId]);
  const second = await gateway.signIn('ben');
  expect((await second.next('update')).data.id).toBe(updateId);
});
