import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ JWT_CLOCK_TOLERANCE_SECONDS: '0', AUTH_EXPIRY_WARNING_SECONDS: '60' });
});
afterAll(() => gateway.close());

const expiringIn = (seconds: number, sub = 'alice') =>
  testToken({ sub, exp: Math.floor(Date.now() / 1000) + seconds });

it('warns, then closes with 3000 when the token expires, and answers nothing after', async () => {
  const token = expiringIn(2);
  const client = await gateway.signIn('alice', { token });
  expect((await client.next('auth.expiring')).data.expiresAt).toBeGreaterThan(Date.now() - 1000);

  expect(await client.closed).toEqual({ code: 3000, reason: 'token_expired' });
  await eventually(async () =>
    expect(await gateway.metric('ws_closed_total', '{code="3000",reason="token_expired"}')).toBe(1),
  );
  const late = gateway.connect({ token });
  expect((await late.refused).statusCode).toBe(401);
});

it('goes on with a refreshed token', async () => {
  const token = expiringIn(2);
  const client = await gateway.signIn('alice', { token });
  const unrefreshed = await gateway.signIn('alice', { token });
  await client.next('auth.expiring');
  const { event, data } = await client.request('auth.refresh', { token: expiringIn(600) });
  expect(event).toBe('reply');
  expect(data.expiresAt).toBeGreaterThan(Date.now() + 500_000);

  expect((await unrefreshed.closed).code).toBe(3000);
  expect((await client.request('ping')).event).toBe('reply');
});

it('keeps the old expiry when the new token is refused', async () => {
  const client = await gateway.signIn('alice', { token: expiringIn(2) });
  const { event, data } = await client.request('auth.refresh', { token: `${expiringIn(600)}x` });
  expect(event).toBe('error');
  expect(data.code).toBe('token_invalid');
  expect((await client.request('ping')).event).toBe('reply');
  expect(await client.closed).toEqual({ code: 3000, reason: 'token_expired' });
});

it('closes with 3003 when the new token is of somebody else', async () => {
  const client = await gateway.signIn('alice');
  client.raw(JSON.stringify({ id: 1, event: 'auth.refresh', data: { token: expiringIn(600, 'mallory') } }));
  expect(await client.closed).toEqual({ code: 3003, reason: 'subject_changed' });
});
