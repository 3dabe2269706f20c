import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LookupAddress } from 'node:dns';
import { HookServer } from '../../../test/harness/hook-server.js';
import { HookClient, type HookClientOptions } from './hook-client.js';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };

let server: HookServer;
beforeEach(async () => {
  server = await HookServer.start();
});
afterEach(() => server.close());

const client = (options: Partial<HookClientOptions> = {}): HookClient =>
  new HookClient({
    url: server.url,
    timeoutMs: 5_000,
    arePrivateAddressesAllowed: true,
    maxConnections: 4,
    isKeptAlive: false,
    ...options,
  });
const withHost = (host: string): string => server.url.replace('127.0.0.1', host);

describe('a client that may reach public addresses alone', () => {
  it.each(['127.0.0.1', '0x7f000001', '2130706433', '127.1', '[::1]', '[::ffff:127.0.0.1]', 'localhost'])(
    'refuses %s',
    async (host) => {
      const guarded = client({ url: withHost(host), arePrivateAddressesAllowed: false });
      await expect(guarded.post('{}', {})).rejects.toMatchObject({ reason: 'ssrf' });
      expect(server.requests).toEqual([]);
    },
  );

  it('checks every new connection: a name that changes its address gets nothing', async () => {
    const asked: string[] = [];
    const guarded = client({
      url: withHost('hooks.example.com'),
      arePrivateAddressesAllowed: false,
      resolve: (hostname) => {
        asked.push(hostname);
        return Promise.resolve([LOOPBACK]);
      },
    });
    await expect(guarded.post('{}', {})).rejects.toMatchObject({ reason: 'ssrf' });
    await expect(guarded.post('{}', {})).rejects.toMatchObject({ reason: 'ssrf' });
    expect(asked).toEqual(['hooks.example.com', 'hooks.example.com']);
    expect(server.requests).toEqual([]);
  });
});

it('connects to the address that was checked and asks no name server again', async () => {
  let lookups = 0;
  const named = client({
    url: withHost('rebinding.invalid'),
    resolve: () => {
      lookups += 1;
      return Promise.resolve([LOOPBACK]);
    },
  });
  // The name exists nowhere: another lookup than this one would have failed.
  expect(await named.post('{}', {})).toEqual({ status: 200, body: '' });
  expect(lookups).toBe(1);
});

it.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user@example.com/', 'https://a:b@example.com/'])(
  'cannot be made for %s',
  (url) => {
    expect(() => client({ url })).toThrow(/^The URL of a hook must/);
    expect(() => client({ url })).not.toThrow(url);
  },
);

describe('a call', () => {
  it('posts the body with its headers and brings the answer', async () => {
    server.answer = ({ response }) => response.writeHead(201).end('made');
    expect(await client().post('{"a":"é"}', { 'webhook-id': 'one' })).toEqual({ status: 201, body: 'made' });
    expect(server.requests[0]).toMatchObject({ body: { a: 'é' }, headers: { 'webhook-id': 'one' } });
  });

  it('does not follow a redirect', async () => {
    server.answer = ({ response }) => response.writeHead(302, { location: '/elsewhere' }).end();
    expect(await client().post('{}', {})).toMatchObject({ status: 302 });
    expect(server.requests).toHaveLength(1);
  });

  it('fails when the answer does not begin, or does not end, in time', async () => {
    server.answer = () => {};
    await expect(client({ timeoutMs: 100 }).post('{}', {})).rejects.toMatchObject({ reason: 'timeout' });
    server.answer = ({ response }) => void response.writeHead(200).write('a');
    await expect(client({ timeoutMs: 100 }).post('{}', {})).rejects.toMatchObject({ reason: 'timeout' });
  });

  it('keeps an answer of 64 KiB and drops a longer one', async () => {
    server.answer = ({ response }) => response.end('x'.repeat(65_536));
    expect((await client().post('{}', {})).body).toHaveLength(65_536);
    server.answer = ({ response }) => response.end('x'.repeat(65_537));
    expect(await client().post('{}', {})).toEqual({ status: 200, body: undefined });
  });

  it('fails when nobody listens, without a word of the URL', async () => {
    const gone = client({ url: `${server.url}/secret-path` });
    await server.close();
    const failure = await gone.post('{}', {}).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ reason: 'connection', message: 'connection (ECONNREFUSED)' });
    server = await HookServer.start();
  });

  it('is made once more when the other side closed the idle connection it took', async () => {
    const keeping = client({ isKeptAlive: true, maxConnections: 1 });
    await keeping.post('{}', {});
    let cuts = 0;
    server.answer = ({ response }) => {
      cuts += 1;
      if (cuts === 1) {
        response.socket!.resetAndDestroy();
      } else {
        response.end('second');
      }
    };
    expect(await keeping.post('{}', {})).toEqual({ status: 200, body: 'second' });
  });

  it('waits for a free connection within its time', async () => {
    server.answer = () => {};
    const narrow = client({ maxConnections: 1, timeoutMs: 200 });
    const outcomes = await Promise.allSettled([narrow.post('{}', {}), narrow.post('{}', {})]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});
