import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { GatewayProcess } from '../harness/gateway-process.js';

let gateway: GatewayProcess;
afterEach(() => gateway.end());

it('starts without any setting, and prints the page and a token that works', async () => {
  gateway = new GatewayProcess({ JWT_SECRET: '' });
  const port = await gateway.listening();
  await eventually(() => expect(gateway.output).toContain('Demo token:'));
  const page = /Page:\s+(\S+)/.exec(gateway.output)![1]!;
  const token = /Demo token:\s+(\S+)/.exec(gateway.output)![1]!;

  expect(page).toBe(`http://localhost:${port}/`);
  expect((await fetch(`http://127.0.0.1:${port}/`)).headers.get('content-type')).toContain('text/html');
  const client = await gateway.connect({ token });
  expect((await client.next('welcome')).data).toMatchObject({ user: 'demo', roles: ['admin'] });
});

it('lists every fault of the configuration at once, without values, and exits with 1', async () => {
  gateway = new GatewayProcess({
    NODE_ENV: 'production',
    PORT: 'abc',
    JWT_SECRET: 'hunter2',
    ALLOWED_ORIGINS: 'https://a.example/path',
    WS_MAX_PAYLOAD_BYTES: '1',
  });
  expect(await gateway.exited).toEqual({ code: 1, signal: null });
  expect(gateway.output).toContain('PORT must');
  expect(gateway.output).toContain('WS_MAX_PAYLOAD_BYTES must');
  expect(gateway.output).not.toContain('hunter2');
});

it.each([
  ['a weak secret', { JWT_SECRET: 'hunter2' }, 'JWT_SECRET must have at least 256 bits'],
  ['no key', { JWT_SECRET: '' }, 'JWT_SECRET or JWT_PUBLIC_KEY is needed'],
  ['the demo', { DEMO: 'true' }, 'DEMO must be false in production'],
  ['a replay file that is not there', { QUOTES_FEED: 'replay:/nowhere.csv' }, '/nowhere.csv'],
])('refuses to start in production with %s', async (_what, env, message) => {
  gateway = new GatewayProcess({ NODE_ENV: 'production', ...env });
  expect(await gateway.exited).toEqual({ code: 1, signal: null });
  expect(gateway.output).toContain(message);
  expect(gateway.output).not.toContain('hunter2');
});

it('says in a sentence that its port is in use', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as AddressInfo;
  gateway = new GatewayProcess({ PORT: String(port) });
  expect(await gateway.exited).toEqual({ code: 1, signal: null });
  expect(gateway.output).toContain(`Port ${port} is in use`);
  expect(gateway.output).not.toContain('    at ');
  other.close();
});
