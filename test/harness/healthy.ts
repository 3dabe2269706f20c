import { expect } from '@jest/globals';
import { eventually } from './eventually.js';
import type { TestClient, TestClientOptions } from './test-client.js';
import type { TestGateway } from './test-gateway.js';

/** Whatever happened before: a newcomer is served, and the gauges count nobody who has left. */
export async function expectHealthy(gateway: TestGateway, options: TestClientOptions = {}): Promise<void> {
  const newcomer = await gateway.signIn('newcomer', options);
  await expectUsable(newcomer);
  newcomer.terminate();
  await eventually(async () => {
    expect(await gateway.metric('ws_connections')).toBe(0);
    expect(await gateway.metric('ws_users')).toBe(0);
    expect(await gateway.metric('ws_queue_bytes')).toBe(0);
  });
}

/** The connection still gets answers. */
export async function expectUsable(client: TestClient): Promise<void> {
  expect(await client.request('ping')).toMatchObject({
    event: 'reply',
    data: { time: expect.any(Number) },
  });
}
