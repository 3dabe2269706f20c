import { connect } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { GatewayProcess } from '../harness/gateway-process.js';
import { handshake } from '../harness/raw-handshake.js';
import { RawSocket } from '../harness/raw-socket.js';
import { testToken } from '../harness/test-token.js';

let gateway: GatewayProcess;
afterEach(() => gateway.end());

const signedIn = (): string => handshake({ headers: { Authorization: `Bearer ${testToken()}` } });

async function start(env: Record<string, string> = {}): Promise<number> {
  gateway = new GatewayProcess({ LIMIT_CONNECTIONS_PER_IP: '0', LIMIT_CONNECTIONS_PER_USER: '0', ...env });
  return gateway.listening();
}

it.each(['SIGTERM', 'SIGINT'] as const)(
  'on %s tells every client when to come back, closes with 1012 and exits with 0',
  async (signal) => {
    await start();
    const clients = await Promise.all(
      Array.from({ length: 50 }, () => gateway.connect({ token: testToken() })),
    );
    await Promise.all(clients.map((client) => client.next('welcome')));

    gateway.signal(signal);

    for (const client of clients) {
      const { data } = await client.next('reconnect');
      expect(data).toEqual({ afterMs: expect.any(Number), reason: 'drain' });
      expect(await client.closed).toEqual({ code: 1012, reason: 'drain' });
    }
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
  },
);

it('refuses upgrades and is not ready, but alive, while it waits for load balancers', async () => {
  const port = await start({ DRAIN_DELAY_MS: '3000' });
  const client = await gateway.connect({ token: testToken() });
  await client.next('welcome');
  gateway.signal('SIGTERM');

  await eventually(async () =>
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503),
  );
  expect((await fetch(`http://127.0.0.1:${port}/health/live`)).status).toBe(200);
  const late = await gateway.connect({ token: testToken() });
  const refusal = await late.refused;
  expect(refusal.statusCode).toBe(503);
  expect(Number(refusal.headers['retry-after'])).toBeGreaterThan(0);
  expect((await client.request('ping')).data.code).toBe('unavailable');
  expect((await client.closed).code).toBe(1012);
  expect((await gateway.exited).code).toBe(0);
});

it('does not wait for a client that never answers the close frame', async () => {
  const port = await start({ WS_CLOSE_TIMEOUT_MS: '200' });
  const silent = connect(port, '127.0.0.1');
  silent.on('error', () => {});
  silent.write(signedIn());
  await new Promise((resolve) => silent.once('data', resolve));
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  silent.destroy();
});

it('does not wait for a connection that never sent a request', async () => {
  const port = await start();
  const preconnect = connect(port, '127.0.0.1');
  preconnect.on('error', () => {});
  await new Promise((resolve) => preconnect.once('connect', resolve));
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toEqual({ code: 0, signal: null });
  preconnect.destroy();
});

it('answers an upgrade with 503 until the last connection is gone', async () => {
  const port = await start();
  const preconnect = await RawSocket.connect(port);
  gateway.signal('SIGTERM');
  // It no longer listens, and cuts what is left after a second.
  await eventually(() => expect(RawSocket.connect(port)).rejects.toThrow('ECONNREFUSED'));
  preconnect.send(signedIn());
  expect((await preconnect.responseHead()).status).toBe(503);
  expect((await gateway.exited).code).toBe(0);
});

it('exits at once with 1 on a second signal', async () => {
  await start({ DRAIN_DELAY_MS: '60000' });
  const client = await gateway.connect({ token: testToken() });
  await client.next('welcome');
  gateway.signal('SIGTERM');
  await eventually(() => expect(gateway.output).toContain('draining 1 connections'));
  gateway.signal('SIGTERM');
  expect(await gateway.exited).toEqual({ code: 1, signal: null });
});
