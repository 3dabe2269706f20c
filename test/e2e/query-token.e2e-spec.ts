import { afterEach, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

const path = () => `/ws?access_token=${testToken({ sub: 'alice' })}`;

it('refuses a token in the query by default, for pages and for others', async () => {
  gateway = await TestGateway.start();
  const native = await gateway.connect({ path: path() }).refused;
  expect(native.statusCode).toBe(401);
  const page = gateway.connect({ path: path(), headers: { origin: gateway.origin } });
  expect(await page.closed).toEqual({ code: 3000, reason: 'token_invalid' });
  expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="token_query"}')).toBe(1);
});

it('takes it where it is configured, from pages alone and beside no other token', async () => {
  gateway = await TestGateway.start({ AUTH_QUERY_TOKEN: 'true' });
  const headers = { origin: gateway.origin };
  const page = gateway.connect({ path: path(), headers });
  expect((await page.next('welcome')).data.user).toBe('alice');

  expect((await gateway.connect({ path: path() }).refused).statusCode).toBe(403);
  const twice = gateway.connect({ path: path(), headers, token: testToken() });
  expect(await twice.closed).toEqual({ code: 3000, reason: 'token_invalid' });
});
