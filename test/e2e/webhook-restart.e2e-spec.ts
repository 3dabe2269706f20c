import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { HOOK_SECRET, HookServer } from '../harness/hook-server.js';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';

const DELAY_MS = 1000;
/** How long the drain waits for clients that do not answer its close frame. */
const DRAIN_MS = 4000;

let receiver: HookServer;
let folder: string;
let gateway: TestGateway;
beforeAll(async () => {
  receiver = await HookServer.start();
});
afterAll(() => receiver.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-hooks-'));
  receiver.answer = ({ response }) => response.end();
  receiver.requests.length = 0;
});
afterEach(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

const start = (): Promise<TestGateway> =>
  TestGateway.start({
    STORE_URL: `sqlite:${join(folder, 'store.db')}`,
    WS_CLOSE_TIMEOUT_MS: String(DRAIN_MS),
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: HOOK_SECRET,
    WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
    WEBHOOK_DELAY_MS: String(DELAY_MS),
  });
const recipients = (): unknown[] => receiver.requests.map(({ body }) => body.recipients);

it('does not tell of users whom a restart disconnects, and tells of those who were away', async () => {
  gateway = await start();
  const alice = await gateway.signIn('alice');
  const bob = await gateway.signIn('bob');
  for (const to of ['bob', 'carol']) {
    expect((await alice.request('chat.send', { to, clientMsgId: to, body: 'hello' })).event).toBe('reply');
  }
  // He gets no close frame any more: his connection keeps the drain waiting while the message falls due.
  bob.socket.pause();
  const startedAt = Date.now();
  await gateway.app.close();
  expect(Date.now() - startedAt).toBeGreaterThan(DELAY_MS * 2);
  expect(recipients()).toEqual([]);

  gateway = await start();
  await gateway.signIn('bob');
  await eventually(() => expect(recipients()).toEqual([['carol']]));
  const dave = await gateway.signIn('dave');
  await dave.request('chat.send', { to: 'erin', clientMsgId: 'later', body: 'hello' });
  await eventually(() => expect(recipients()).toEqual([['carol'], ['erin']]));
});
