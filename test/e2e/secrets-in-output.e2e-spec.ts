import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayProcess } from '../harness/gateway-process.js';
import { testToken } from '../harness/test-token.js';

const CANARY = 'canary-4b1d';
const SECRET = `${CANARY}-secret-of-more-than-256-bits`;

let gateway: GatewayProcess;
let port: number;
beforeAll(async () => {
  gateway = new GatewayProcess({ NODE_ENV: 'production', LOG_LEVEL: 'debug', JWT_SECRET: SECRET });
  port = await gateway.listening();
});
afterAll(() => gateway.end());

it('never writes a token, a payload or a secret to its log or its metrics', async () => {
  const token = testToken({ sub: 'alice', note: CANARY, roles: ['admin'] }, {}, SECRET);
  const client = await gateway.connect({ token });
  await client.next('welcome');
  await client.request('echo', CANARY);
  await client.request(CANARY, CANARY);
  await client.request('quotes.subscribe', { symbols: CANARY, [CANARY]: 1 });
  client.raw(`{${CANARY}`);
  client.raw('\u001b[31mforged\r\n{"level":"info"}');
  await client.next('error');
  const post = (authorization: string, body: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/v1/broadcast?access_token=${token}`, {
      method: 'POST',
      headers: {
        authorization,
        'content-type': 'application/json',
        cookie: CANARY,
        'x-api-key-unused': CANARY,
      },
      body,
    });
  expect((await post(`Bearer ${token}`, JSON.stringify({ event: 'x', data: CANARY }))).status).toBe(202);
  expect((await post(`Bearer ${CANARY}`, '{}')).status).toBe(401);
  expect((await post(`Bearer ${token}`, `{"${CANARY}"`)).status).toBe(400);
  const refused = await gateway.connect({ token: `${token}${CANARY}` });
  expect((await refused.refused).statusCode).toBe(401);
  const query = await gateway.connect({ path: `/ws?access_token=${token}` });
  expect((await query.refused).statusCode).toBe(401);
  client.socket.close(4321, CANARY);
  await client.closed;

  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  gateway.signal('SIGTERM');
  await gateway.exited;
  for (const text of [gateway.output, metrics]) {
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(token.split('.')[1]!);
    expect(text).not.toContain('4321');
    expect(text).not.toContain('forged');
  }
  const lines = gateway.output.trim().split('\n');
  expect(lines.length).toBeGreaterThan(3);
  lines.forEach((line) => expect(JSON.parse(line)).toMatchObject({ service: 'tidegate' }));
});
