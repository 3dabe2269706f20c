import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
let clients: TestClient[];
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());
beforeEach(async () => {
  clients?.forEach((client) => client.terminate());
  await eventually(async () => expect(await gateway.metric('ws_connections')).toBe(0));
  clients = [await gateway.signIn('ann'), await gateway.signIn('ann'), await gateway.signIn('ben')];
});

const authorization = `Bearer ${adminToken()}`;
const get = (path: string) => gateway.rest.get(path).set('authorization', authorization);
const remove = (path: string) => gateway.rest.delete(path).set('authorization', authorization);

it('lists connections page by page', async () => {
  const first = (await get('/v1/connections?limit=2').expect(200)).body;
  expect(first).toMatchObject({ total: 3, connections: [{ user: 'ann' }, { user: 'ann' }] });
  const second = (await get(`/v1/connections?limit=2&after=${first.next}`).expect(200)).body;
  expect(second).toMatchObject({ connections: [{ user: 'ben', address: '127.0.0.1' }], next: null });
  await get('/v1/connections?limit=0').expect(400);
  await get('/v1/connections?after=x').expect(400);
});

it('shows a user with all connections and what they subscribe', async () => {
  await clients[0]!.request('quotes.subscribe', { symbols: ['AAPL'] });
  const { body } = await get('/v1/users/ann').expect(200);
  expect(body).toMatchObject({
    user: 'ann',
    isOnline: true,
    connections: [{ symbols: ['AAPL'] }, { symbols: [] }],
  });
  expect((await get('/v1/users/nobody').expect(200)).body).toEqual({
    user: 'nobody',
    isOnline: false,
    connections: [],
  });
});

it('disconnects a user on every device, and nobody else', async () => {
  expect((await remove('/v1/users/ann').expect(200)).body).toEqual({ disconnected: 2 });
  expect(await clients[0]!.closed).toEqual({ code: 3003, reason: 'disconnected' });
  expect(await clients[1]!.closed).toEqual({ code: 3003, reason: 'disconnected' });
  expect((await clients[2]!.request('ping')).event).toBe('reply');
  expect((await remove('/v1/users/ann').expect(200)).body).toEqual({ disconnected: 0 });
});

it('disconnects one connection', async () => {
  const id = clients[0]!.received[0]!.data.session as string;
  await get(`/v1/connections/${id}`).expect(200);
  await remove(`/v1/connections/${id}`).expect(200);
  expect((await clients[0]!.closed).code).toBe(3003);
  expect((await clients[1]!.request('ping')).event).toBe('reply');
  await eventually(() => remove(`/v1/connections/${id}`).expect(404));
});

it('finds and disconnects a user with the longest legal name', async () => {
  const name = '\u00fc'.repeat(128);
  const client = await gateway.signIn(name);
  expect((await get(`/v1/users/${encodeURIComponent(name)}`).expect(200)).body.isOnline).toBe(true);
  await remove(`/v1/users/${encodeURIComponent(name)}`).expect(200);
  expect((await client.closed).code).toBe(3003);
});

it('asks for the scope', async () => {
  await gateway.rest.get('/v1/connections').expect(401);
  await gateway.rest.delete('/v1/users/ann').expect(401);
});
