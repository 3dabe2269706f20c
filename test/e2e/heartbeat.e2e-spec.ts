import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    WS_HEARTBEAT_INTERVAL_MS: '400',
    WS_HEARTBEAT_TIMEOUT_MS: '1200',
    QUOTES_INTERVAL_MS: '3600000',
  });
});
afterAll(() => gateway.close());

it('pings a silent client, and keeps it while it answers', async () => {
  const client = await gateway.signIn('alice');
  let pings = 0;
  client.socket.on('ping', () => (pings += 1));
  await eventually(() => expect(pings).toBeGreaterThanOrEqual(4));
  expect((await client.request('ping')).event).toBe('reply');
});

it('cuts a client that no longer answers, and forgets it', async () => {
  const before = await gateway.metric('ws_connections');
  const client = await gateway.signIn('sleeper');
  // A phone that lost its network: the socket stays, nobody reads it.
  (client.socket as unknown as { _socket: Socket })._socket.pause();

  await eventually(async () => {
    expect(await gateway.metric('ws_closed_total', '{code="1006",reason="ping_timeout"}')).toBe(1);
    expect(await gateway.metric('ws_connections')).toBe(before);
  });
});
