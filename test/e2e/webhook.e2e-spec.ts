import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HooksDispatcher } from '../../src/features/hooks/hooks.dispatcher.js';
import { adminToken } from '../harness/test-token.js';
import { eventually } from '../harness/eventually.js';
import { expectedSignature, HOOK_SECRET, type HookRequest, HookServer } from '../harness/hook-server.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

const DELAY_MS = 1000;

let receiver: HookServer;
let gateway: TestGateway;
let alice: TestClient;
beforeAll(async () => {
  receiver = await HookServer.start();
  gateway = await TestGateway.start({
    WEBHOOK_URL: `${receiver.url}/offline`,
    WEBHOOK_SECRET: HOOK_SECRET,
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
    WEBHOOK_DELAY_MS: String(DELAY_MS),
  });
  alice = await gateway.signIn('alice');
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});

let names = 0;
let user: string;
beforeEach(() => {
  receiver.answer = ({ response }) => response.end();
  names += 1;
  user = `user-${names}`;
});

const send = async (to: string, body = 'hello'): Promise<{ room: string; seq: number; id: string }> => {
  const { data } = await alice.request('chat.send', { to, clientMsgId: `to-${to}`, body });
  return data as { room: string; seq: number; id: string };
};
const callsFor = (name: string): HookRequest[] =>
  receiver.requests.filter(({ body }) => (body.recipients as string[]).includes(name));
const called = (name: string, times = 1): Promise<void> =>
  eventually(() => expect(callsFor(name)).toHaveLength(times), 20_000);
/** Jobs are taken in the order they fall due: once a later one was told of, the earlier ones have been decided. */
const untilEarlierJobsAreDone = async (): Promise<void> => {
  await send(`${user}-last`);
  await called(`${user}-last`);
};

describe('a message to somebody who is offline', () => {
  it('is told to the webhook once, signed, after the delay', async () => {
    const sentAt = Date.now();
    const { room, seq, id } = await send(user, 'x'.repeat(200));
    await called(user);
    expect(Date.now() - sentAt).toBeGreaterThanOrEqual(DELAY_MS);
    const [call] = callsFor(user);
    expect(call!.path).toBe('/offline');
    expect(call!.body).toEqual({
      type: 'chat.message.offline',
      time: expect.any(Number),
      room,
      kind: 'direct',
      from: 'alice',
      seq,
      id,
      preview: 'x'.repeat(80),
      recipients: [user],
    });
    expect(call!.headers['content-type']).toBe('application/json');
    expect(call!.headers['webhook-signature']).toBe(expectedSignature(call!));
    expect(Math.abs(Number(call!.headers['webhook-timestamp']) - Date.now() / 1000)).toBeLessThan(30);
    await untilEarlierJobsAreDone();
    expect(callsFor(user)).toHaveLength(1);
  });

  it('is not told of when the recipient is connected, or read it within the delay', async () => {
    const [online, reader] = [`${user}-online`, `${user}-reader`];
    await gateway.signIn(online);
    await send(online);
    const { room } = await send(reader);
    const visitor = await gateway.signIn(reader);
    await visitor.request('chat.join', { room });
    expect((await visitor.request('chat.read', { room, seq: 1 })).event).toBe('reply');
    visitor.terminate();
    await untilEarlierJobsAreDone();
    expect([...callsFor(online), ...callsFor(reader)]).toEqual([]);
  });

  it('is not told of when it was deleted', async () => {
    const { room, seq } = await send(user);
    expect((await alice.request('chat.delete', { room, target: seq })).event).toBe('reply');
    await untilEarlierJobsAreDone();
    expect(callsFor(user)).toEqual([]);
  });

  it('names all members of a private room that are away, and not its sender', async () => {
    const room = `${user}-club`;
    const asAdmin = { authorization: `Bearer ${adminToken()}` };
    await gateway.rest.put(`/v1/rooms/${room}`).set(asAdmin).send({ kind: 'private', owner: 'alice' });
    for (const name of [`${user}-a`, `${user}-b`, `${user}-here`]) {
      await gateway.rest.put(`/v1/rooms/${room}/members/${name}`).set(asAdmin).send({ role: 'member' });
    }
    await gateway.signIn(`${user}-here`);
    await alice.request('chat.join', { room });
    await alice.request('chat.send', { room, clientMsgId: 'c1', body: 'hello, all' });
    await called(`${user}-a`);
    expect(callsFor(`${user}-a`)[0]!.body).toMatchObject({
      kind: 'private',
      recipients: [`${user}-a`, `${user}-b`],
    });
  });
});

describe('a call that fails', () => {
  it.each([
    ['500', ({ response }: HookRequest): unknown => response.writeHead(500).end()],
    ['a redirect', ({ response }: HookRequest): unknown => response.writeHead(302, { location: '/x' }).end()],
    ['a cut connection', ({ response }: HookRequest): unknown => response.destroy()],
  ])('with %s is made again with the same id', async (_what, fail) => {
    receiver.answer = (call) =>
      call.body.recipients[0] === user && callsFor(user).length === 1 ? fail(call) : call.response.end();
    await send(user);
    await called(user, 2);
    const [first, second] = callsFor(user);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.text).toBe(first!.text);
    expect(second!.headers['webhook-signature']).toBe(expectedSignature(second!));
    expect(receiver.requests.filter(({ path }) => path === '/x')).toEqual([]);
  });

  it('with 410 is not made again', async () => {
    const before = await gateway.metric('webhook_dropped_total', '{reason="gone"}');
    receiver.answer = ({ body, response }) =>
      response.writeHead(body.recipients[0] === user ? 410 : 200).end();
    await send(user);
    await eventually(async () =>
      expect(await gateway.metric('webhook_dropped_total', '{reason="gone"}')).toBe(before + 1),
    );
    expect(callsFor(user)).toHaveLength(1);
  });
});

it('does not read an endless answer to its end', async () => {
  let isCut = false;
  receiver.answer = ({ body, response }) => {
    if (body.recipients[0] !== user) {
      response.end();
      return;
    }
    const pour = setInterval(() => response.write('x'.repeat(16_384)), 1);
    response.once('close', () => {
      clearInterval(pour);
      isCut = true;
    });
  };
  await send(user);
  await eventually(() => expect(isCut).toBe(true));
  expect(callsFor(user)).toHaveLength(1);
});

it('ends in time with a call that nobody answers', async () => {
  receiver.answer = () => {};
  await send(user);
  await called(user);
  const startedAt = Date.now();
  await gateway.app.get(HooksDispatcher, { strict: false }).onApplicationShutdown();
  expect(Date.now() - startedAt).toBeLessThan(4500);
});
