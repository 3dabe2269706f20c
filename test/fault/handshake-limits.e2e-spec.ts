import { afterEach, describe, expect, it } from '@jest/globals';
import { DrainState } from '../../src/transport/drain-state.js';
import { closedConnections, expectCounted, refusedUpgrades } from '../harness/counted.js';
import { eventually } from '../harness/eventually.js';
import { expectUsable } from '../harness/healthy.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

/** Expects a refusal with a hint when to come back. */
const expectRefused = (client: () => TestClient, status: number, reason: string) =>
  expectCounted(gateway, refusedUpgrades(reason), async () => {
    const { statusCode, headers } = await client().refused;
    expect(statusCode).toBe(status);
    expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
  });

/** A place that was given back can be taken again. */
async function expectPlaceAfter(leaver: TestClient, sub: string): Promise<void> {
  const before = await gateway.metric('ws_connections');
  leaver.terminate();
  await eventually(async () => expect(await gateway.metric('ws_connections')).toBe(before - 1));
  await expectUsable(await gateway.signIn(sub));
}

it('refuses upgrades above the rate of one address, not those after it', async () => {
  gateway = await TestGateway.start({ LIMIT_UPGRADES_PER_IP: '3' });
  const clients = Array.from({ length: 4 }, (_, index) =>
    gateway.connect({ token: testToken({ sub: `user-${index}` }) }),
  );
  const refused = await Promise.race(clients.map(async (client) => [client, await client.refused] as const));
  expect(refused[1].statusCode).toBe(429);
  expect(Number(refused[1].headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="rate_ip"}')).toBe(1);
  for (const client of clients.filter((candidate) => candidate !== refused[0])) {
    await expectUsable(client);
  }
  await eventually(() => gateway.connect({ token: testToken() }).opened);
});

it('refuses connections above the number of one address', async () => {
  gateway = await TestGateway.start({ LIMIT_CONNECTIONS_PER_IP: '2' });
  const first = await gateway.signIn('alice');
  const second = await gateway.signIn('bob');
  await expectRefused(() => gateway.connect({ token: testToken({ sub: 'carol' }) }), 429, 'conn_ip');
  await expectUsable(second);
  await expectPlaceAfter(first, 'carol');
});

it('believes no forwarded address of somebody who is no proxy of ours', async () => {
  gateway = await TestGateway.start({ LIMIT_CONNECTIONS_PER_IP: '1' });
  await gateway.signIn('alice', { headers: { 'x-forwarded-for': '10.0.0.1' } });
  const headers = { 'x-forwarded-for': '10.0.0.2' };
  await expectRefused(() => gateway.connect({ token: testToken(), headers }), 429, 'conn_ip');
});

it('refuses connections above the number of the process', async () => {
  gateway = await TestGateway.start({ LIMIT_CONNECTIONS: '2' });
  const first = await gateway.signIn('alice');
  const second = await gateway.signIn('bob');
  await expectRefused(() => gateway.connect({ token: testToken({ sub: 'carol' }) }), 503, 'overload');
  await expectUsable(second);
  await expectPlaceAfter(first, 'carol');
});

it('refuses strangers above their number, who leave it by signing in', async () => {
  gateway = await TestGateway.start({ LIMIT_UNAUTHENTICATED_PER_IP: '1' });
  const stranger = gateway.connect();
  await stranger.opened;
  await expectRefused(() => gateway.connect(), 429, 'conn_unauthenticated');
  expect((await stranger.request('auth', { token: testToken() })).event).toBe('reply');
  await gateway.connect().opened;
});

describe('too many connections of one user', () => {
  it('are refused with 429 where the client can read it', async () => {
    gateway = await TestGateway.start({ LIMIT_CONNECTIONS_PER_USER: '1' });
    const first = await gateway.signIn('alice');
    await expectRefused(() => gateway.connect({ token: testToken({ sub: 'alice' }) }), 429, 'conn_user');
    await gateway.signIn('bob');
    await expectPlaceAfter(first, 'alice');
  });

  it('are closed with 4409 where the client is a page', async () => {
    gateway = await TestGateway.start({ LIMIT_CONNECTIONS_PER_USER: '1' });
    await gateway.signIn('alice');
    await expectCounted(gateway, closedConnections(4409, 'conn_user'), async () => {
      const page = gateway.connect({ token: testToken(), headers: { origin: gateway.origin } });
      expect(await page.closed).toEqual({ code: 4409, reason: 'conn_user' });
    });
    expect(await gateway.metric('ws_connections')).toBe(1);
  });

  it('are closed with 4409 where the token came first', async () => {
    gateway = await TestGateway.start({ LIMIT_CONNECTIONS_PER_USER: '1' });
    await gateway.signIn('alice');
    await expectCounted(gateway, closedConnections(4409, 'conn_user'), async () => {
      const client = gateway.connect();
      await client.opened;
      client.raw(JSON.stringify({ id: 1, event: 'auth', data: { token: testToken() } }));
      expect(await client.closed).toEqual({ code: 4409, reason: 'conn_user' });
    });
    await eventually(async () => expect(await gateway.metric('ws_connections')).toBe(1));
  });
});

it('refuses upgrades while it drains, and lets those who are there stay', async () => {
  gateway = await TestGateway.start();
  const client = await gateway.signIn('alice');
  gateway.app.get(DrainState).begin();
  await expectRefused(() => gateway.connect({ token: testToken() }), 503, 'draining');
  await expectRefused(
    () => gateway.connect({ token: 'rubbish', headers: { origin: 'https://evil.example.org' } }),
    503,
    'draining',
  );
  expect((await client.request('ping')).data.code).toBe('unavailable');
});
