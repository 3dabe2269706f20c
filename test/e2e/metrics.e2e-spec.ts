import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ QUOTES_INTERVAL_MS: '20' });
});
afterAll(() => gateway.close());

it('counts what goes in and out, and holds no word of a client in a label', async () => {
  const client = await gateway.signIn('alice-the-label');
  await client.request('quotes.subscribe', { symbols: ['AAPL'] });
  await client.next('quotes');
  await client.request('no-such-label');
  client.socket.close(4321, 'label-of-mine');
  await client.closed;

  await eventually(async () =>
    expect(await gateway.metric('ws_closed_total', '{code="peer",reason="normal"}')).toBe(1),
  );
  const { text, headers } = await gateway.rest.get('/metrics').expect(200);
  expect(headers['content-type']).toContain('text/plain; version=0.0.4');
  expect(await gateway.metric('ws_upgrades_total')).toBe(1);
  expect(await gateway.metric('ws_messages_received_total')).toBe(2);
  // The welcome, two answers and at least one quote, in fewer writes.
  expect(await gateway.metric('ws_deliveries_total')).toBeGreaterThanOrEqual(4);
  expect(await gateway.metric('ws_flushes_total')).toBeLessThanOrEqual(
    await gateway.metric('ws_deliveries_total'),
  );
  expect(await gateway.metric('ws_sent_bytes_total')).toBeGreaterThan(500);
  expect(await gateway.metric('ws_message_rejected_total', '{reason="unknown_event"}')).toBe(1);
  for (const name of [
    'ws_connections',
    'ws_users',
    'ws_queue_bytes',
    'quotes_conflated_total',
    'nodejs_eventloop_lag_seconds',
  ]) {
    expect(text).toMatch(new RegExp(`^${name} `, 'm'));
  }
  expect(text).not.toMatch(/alice|no-such-label|label-of-mine|4321|AAPL/);
});

it('is alive and ready', async () => {
  await gateway.rest.get('/health/live').expect(200, { status: 'ok' });
  await gateway.rest.get('/health/ready').expect(200, { status: 'ok', store: 'up' });
});
