import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Publisher } from '../../src/hub/publisher.js';
import { Metrics } from '../../src/observability/metrics.js';
import { ALL_CHANNEL } from '../../src/protocol/channel.js';
import { Crowd } from '../harness/crowd.js';
import { eventually } from '../harness/eventually.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

const CONNECTIONS = 5000;

let gateway: TestGateway;
let crowd: Crowd;
let client: TestClient;
beforeAll(async () => {
  crowd = new Crowd();
  gateway = await TestGateway.start({
    LIMIT_CONNECTIONS_PER_IP: '0',
    LIMIT_CONNECTIONS_PER_USER: '0',
    QUOTES_INTERVAL_MS: '60000',
  });
  await crowd.enter({ port: gateway.port, path: '/feed', count: CONNECTIONS, tokens: [testToken()] });
  // The last to be written to.
  client = gateway.connect({ token: testToken() });
  await client.next('welcome');
});
afterAll(async () => {
  crowd.end();
  await gateway.close();
});

/** Sessions written to since the broadcast, when `answered` resolves. */
async function writtenWhen(ask: () => Promise<unknown>): Promise<number> {
  const { hot } = gateway.app.get(Metrics);
  const before = hot.flushes;
  await gateway.app.get(Publisher).publish({ channels: [ALL_CHANNEL], event: 'notice', data: 'x' });
  await ask();
  const written = hot.flushes - before;
  await eventually(() => expect(hot.flushes - before).toBeGreaterThan(CONNECTIONS));
  return written;
}

it('answers a command before a broadcast has reached half of 5,000 connections', async () => {
  expect(await writtenWhen(() => client.request('ping'))).toBeLessThan(CONNECTIONS / 2);
});

it('answers health checks while a broadcast is under way', async () => {
  const health = `http://127.0.0.1:${gateway.port}/health/live`;
  const ask = async (): Promise<void> => expect((await fetch(health)).status).toBe(200);
  // The first request of a process compiles what the others use.
  await ask();
  expect(await writtenWhen(ask)).toBeLessThan(CONNECTIONS);
});
