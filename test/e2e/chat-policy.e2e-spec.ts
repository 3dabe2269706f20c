import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectedSignature, HOOK_SECRET, type HookRequest, HookServer } from '../harness/hook-server.js';
import type { Envelope, TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

const TIMEOUT_MS = 500;

let policy: HookServer;
let gateway: TestGateway;
let alice: TestClient;
let bob: TestClient;
beforeAll(async () => {
  policy = await HookServer.start();
  gateway = await TestGateway.start({
    CHAT_ROOMS: 'lobby',
    CHAT_MAX_BODY_BYTES: '1000',
    CHAT_POLICY_URL: `${policy.url}/judge`,
    CHAT_POLICY_TIMEOUT_MS: String(TIMEOUT_MS),
    WEBHOOK_URL: `${policy.url}/unused`,
    WEBHOOK_SECRET: HOOK_SECRET,
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
    WEBHOOK_DELAY_MS: '3600000',
  });
  [alice, bob] = [await gateway.signIn('alice'), await gateway.signIn('bob')];
  await alice.request('chat.join', { room: 'lobby' });
  await bob.request('chat.join', { room: 'lobby' });
});
afterAll(async () => {
  await gateway.close();
  await policy.close();
});
beforeEach(() => {
  policy.requests.length = 0;
});

const answering = (verdict: unknown, status = 200): void => {
  policy.answer = ({ response }) => response.writeHead(status).end(JSON.stringify(verdict));
};
let keys = 0;
const say = (body: string, more: Record<string, unknown> = {}): Promise<Envelope> => {
  keys += 1;
  return alice.request('chat.send', { room: 'lobby', clientMsgId: `key-${keys}`, body, ...more });
};
/** The newest number of the room. */
const head = async (): Promise<number> => {
  const { data } = await bob.request('chat.history', { room: 'lobby' });
  return data.head as number;
};

describe('the policy', () => {
  it('is asked with the message, signed, and lets it through', async () => {
    answering({ action: 'allow' });
    expect((await say('hello', { meta: { tag: 'x' } })).event).toBe('reply');
    expect((await bob.next('chat.message')).data.body).toBe('hello');
    const [asked] = policy.requests;
    expect(asked!.path).toBe('/judge');
    expect(asked!.body).toEqual({ room: 'lobby', from: 'alice', body: 'hello', meta: { tag: 'x' } });
    expect(asked!.headers['webhook-signature']).toBe(expectedSignature(asked!));
  });

  it('is told the recipient of a direct message', async () => {
    answering({ action: 'allow' });
    const { data } = await alice.request('chat.send', { to: 'bob', clientMsgId: 'direct', body: 'psst' });
    await bob.next('chat.message');
    expect(policy.requests[0]!.body).toEqual({ room: data.room, from: 'alice', to: 'bob', body: 'psst' });
  });

  it('rewrites the body that everybody gets', async () => {
    answering({ action: 'rewrite', body: 'h***o' });
    expect((await say('hello')).event).toBe('reply');
    expect((await bob.next('chat.message')).data.body).toBe('h***o');
  });

  it('takes a repeated send of a rewritten message for the same one', async () => {
    answering({ action: 'rewrite', body: 'h***o' });
    const first = await say('hello', { clientMsgId: 'twice' });
    const again = await say('hello', { clientMsgId: 'twice' });
    expect(again.data).toEqual({ ...first.data, duplicate: true });
    await bob.next('chat.message');
  });

  it('refuses a message, which then is nowhere', async () => {
    const before = await head();
    answering({ action: 'refuse' });
    const { event, data } = await say('hello');
    expect([event, data.code]).toEqual(['error', 'refused']);
    expect(await head()).toBe(before);
  });
});

describe('a policy that does not answer properly', () => {
  it.each<[string, (request: HookRequest) => unknown]>([
    ['never answers', () => {}],
    ['answers without an end', ({ response }) => response.writeHead(200).write('{"action":"allow"')],
    ['is too large', ({ response }) => response.end(`{"action":"allow","x":"${'x'.repeat(70_000)}"}`)],
    ['fails', ({ response }) => response.writeHead(500).end('{"action":"allow"}')],
    [
      'redirects',
      ({ response }) => response.writeHead(307, { location: '/elsewhere' }).end('{"action":"allow"}'),
    ],
    ['cuts the connection', ({ response }) => response.destroy()],
    ['is no JSON', ({ response }) => response.end('allow')],
    ['is null', ({ response }) => response.end('null')],
    ['is empty', ({ response }) => response.end()],
    ['knows no such action', ({ response }) => response.end('{"action":"maybe"}')],
    ['rewrites to nothing', ({ response }) => response.end('{"action":"rewrite","body":""}')],
    ['rewrites to no text', ({ response }) => response.end('{"action":"rewrite","body":5}')],
    [
      'rewrites to too much',
      ({ response }) => response.end(`{"action":"rewrite","body":"${'x'.repeat(1001)}"}`),
    ],
  ])('refuses for now: one that %s', async (_what, answer) => {
    const before = await head();
    policy.answer = (request) => void answer(request);
    const startedAt = Date.now();
    const { event, data } = await say('hello');
    expect([event, data.code, data.retryable]).toEqual(['error', 'unavailable', true]);
    expect(Date.now() - startedAt).toBeLessThan(TIMEOUT_MS + 2000);
    // A kept connection that breaks may have been closed before the question came: it is asked once more.
    expect(policy.requests.length).toBeLessThanOrEqual(2);
    expect(policy.requests.every(({ path }) => path === '/judge')).toBe(true);
    expect(await head()).toBe(before);
  });

  it('is asked again for the next message', async () => {
    answering({ action: 'allow' });
    expect((await say('hello')).event).toBe('reply');
    expect(await gateway.metric('policy_calls_total', '{outcome="timeout"}')).toBe(2);
  });
});
