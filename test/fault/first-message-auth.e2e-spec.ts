import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { closedConnections, expectCounted, refusedMessages, refusedUpgrades } from '../harness/counted.js';
import { expectHealthy, expectUsable } from '../harness/healthy.js';
import { rawFrame } from '../harness/raw-frame.js';
import { handshake } from '../harness/raw-handshake.js';
import { RawSocket } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

const AUTH_TIMEOUT_MS = 600;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ AUTH_TIMEOUT_MS: String(AUTH_TIMEOUT_MS) });
});
afterEach(() => expectHealthy(gateway));
afterAll(() => gateway.close());

const auth = (token: unknown): string => JSON.stringify({ id: 'a', event: 'auth', data: { token } });

/** A stranger's first message and the close frame it gets; no reply comes before it. */
async function expectClosed(message: string | Buffer, code: number, reason: string, wireReason = reason) {
  await expectCounted(gateway, closedConnections(code, reason), async () => {
    const client = gateway.connect();
    await client.opened;
    client.socket.send(message);
    expect(await client.closed).toEqual({ code, reason: wireReason });
    expect(client.received).toEqual([]);
  });
}

it('a token as first message signs in, and the connection is told so once', async () => {
  const client = gateway.connect();
  await client.opened;
  const { event, data } = await client.request('auth', { token: testToken({ sub: 'late' }) });
  expect(event).toBe('reply');
  expect(data).toMatchObject({ user: 'late', protocol: 'tidegate.v1.json', session: expect.any(String) });
  await expectUsable(client);
  client.terminate();
});

describe('a stranger', () => {
  it('who says nothing is closed with 3008', async () => {
    await expectCounted(gateway, closedConnections(3008, 'auth_timeout'), async () => {
      const client = gateway.connect();
      await client.opened;
      expect(await client.closed).toEqual({ code: 3008, reason: 'auth_timeout' });
    });
  });

  it('who only pings is closed with 3008', async () => {
    await expectCounted(gateway, closedConnections(3008, 'auth_timeout'), async () => {
      const client = gateway.connect();
      await client.opened;
      client.socket.on('pong', () => client.socket.ping());
      client.socket.ping();
      expect(await client.closed).toEqual({ code: 3008, reason: 'auth_timeout' });
    });
  });

  it.each([
    ['another command', '{"id":1,"event":"ping"}'],
    ['a refresh', '{"id":1,"event":"auth.refresh","data":{"token":"a.b.c"}}'],
    ['a command that does not exist', '{"id":1,"event":"x"}'],
    ['broken JSON', '{"event":'],
    ['no envelope', '[]'],
    ['an empty message', ''],
    [
      'too many keys',
      JSON.stringify({ event: 'auth', data: Object.fromEntries(Object.entries('x'.repeat(80))) }),
    ],
  ])('who first sends %s is closed with 3000', (_name, message) =>
    expectClosed(message, 3000, 'auth_required'),
  );

  it('who sends binary is closed with 1003', () => expectClosed(Buffer.from(auth('a.b.c')), 1003, 'binary'));

  it('who sends more than 8 KiB is closed with 1009, nothing decoded', () =>
    expectClosed(auth('x'.repeat(8192)), 1009, 'too_big'));

  it('who sends 100 KB is closed with 1009 by the length in the header', async () => {
    await expectClosed(auth('x'.repeat(100_000)), 1009, 'too_big', '');
  });

  it('who sends a token of more than 8 KiB in the header gets 431', async () => {
    await expectCounted(gateway, refusedUpgrades('headers'), async () => {
      const socket = await RawSocket.connect(gateway.port);
      socket.send(handshake({ headers: { Authorization: `Bearer ${'x'.repeat(100_000)}` } }));
      expect((await socket.responseHead()).status).toBe(431);
      await socket.ended;
    });
  });

  it.each([
    ['no data', undefined],
    ['a list as data', []],
    ['a number as token', { token: 7 }],
    ['an empty token', { token: '' }],
    ['a token in an array', { token: ['a.b.c'] }],
    ['a field too many', { token: 'a.b.c', more: true }],
  ])('whose auth holds %s has had its one message', async (_name, data) => {
    await expectCounted(gateway, refusedMessages('validation'), () =>
      expectClosed(JSON.stringify({ event: 'auth', data }), 3000, 'auth_required'),
    );
  });
});

it('no message behind a refused first one is looked at', async () => {
  const rejected = await gateway.metric('ws_message_rejected_total', '{reason="unknown_event"}');
  const socket = await RawSocket.connect(gateway.port);
  socket.send(
    handshake(),
    rawFrame(auth('a.b.c')),
    rawFrame('{"id":2,"event":"x"}'),
    rawFrame(auth(testToken())),
  );
  expect((await socket.responseHead()).status).toBe(101);
  expect(await socket.closeFrame()).toEqual({ code: 3000, reason: 'token_invalid' });
  expect(await gateway.metric('ws_message_rejected_total', '{reason="unknown_event"}')).toBe(rejected);
  socket.destroy();
});

describe('whoever is signed in', () => {
  it('by the handshake is refused another auth and stays', async () => {
    const client = await gateway.signIn('alice');
    await expectCounted(gateway, refusedMessages('already_authenticated'), async () => {
      expect((await client.request('auth', { token: testToken({ sub: 'bob' }) })).data).toMatchObject({
        code: 'already_authenticated',
        retryable: false,
      });
    });
    await expectUsable(client);
    expect(await gateway.metric('ws_users')).toBe(1);
    client.terminate();
  });

  it('by first message is refused another auth, even in the same packet', async () => {
    const socket = await RawSocket.connect(gateway.port);
    socket.send(handshake(), rawFrame(auth(testToken())), rawFrame(auth(testToken({ sub: 'bob' }))));
    await socket.responseHead();
    expect((await socket.message()).data.user).toBe('alice');
    expect((await socket.message()).data.code).toBe('already_authenticated');
    expect(await gateway.metric('ws_users')).toBe(1);
    socket.destroy();
  });
});

describe('auth.refresh', () => {
  it('above the rate is refused with a hint, and the session goes on', async () => {
    const slow = await TestGateway.start({ LIMIT_COMMANDS_PER_SECOND: '2' });
    const client = await slow.signIn('alice');
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => client.request('auth.refresh', { token: testToken() })),
    );
    const refusals = answers.filter(({ event }) => event === 'error');
    expect(refusals.length).toBeGreaterThanOrEqual(3);
    for (const { data } of refusals) {
      expect(data).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    }
    expect(await slow.metric('ws_message_rejected_total', '{reason="rate_limited"}')).toBe(refusals.length);
    expect(await slow.metric('ws_connections')).toBe(1);
    await slow.close();
  });

  it.each([
    ['has expired', () => testToken({ exp: Math.floor(Date.now() / 1000) - 60 })],
    ['is malformed', () => 'a.b'],
    ['is signed by somebody else', () => testToken({}, {}, 'another-secret-of-at-least-32-bytes')],
  ])('with a token that %s leaves the session as it was', async (_name, token) => {
    const client = await gateway.signIn('alice');
    await expectCounted(gateway, refusedMessages('token_invalid'), async () => {
      expect((await client.request('auth.refresh', { token: token() })).data).toMatchObject({
        code: 'token_invalid',
        retryable: false,
      });
    });
    await expectUsable(client);
    client.terminate();
  });

  it('with a token of somebody else ends it with 3003', async () => {
    const client = await gateway.signIn('alice');
    await expectCounted(gateway, closedConnections(3003, 'subject_changed'), async () => {
      client.raw(JSON.stringify({ event: 'auth.refresh', data: { token: testToken({ sub: 'mallory' }) } }));
      expect(await client.closed).toEqual({ code: 3003, reason: 'subject_changed' });
    });
  });
});
