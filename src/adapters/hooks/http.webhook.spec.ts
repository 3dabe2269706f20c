import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { Metrics } from '../../observability/metrics.js';
import type { UpdateOffline } from '../../ports/webhook.port.js';
import { CallFailed } from './call-failed.js';
import type { HookClient } from './hook-client.js';
import { HookSignature } from './hook-signature.js';
import { HttpWebhook } from './http.webhook.js';

const EVENT: UpdateOffline = {
  type: 'update.offline',
  time: 1_700_000_000_000,
  updateId: 'u-1',
  event: 'news',
  recipients: ['bob'],
};

let posts: { readonly body: string; readonly headers: Readonly<Record<string, string>> }[];
let answer: () => Promise<{ status: number; body: undefined }>;
let metrics: Metrics;
let clock: FakeClock;
let webhook: HttpWebhook;
const signature = new HookSignature('a-secret-of-at-least-thirty-two-bytes');
beforeEach(() => {
  posts = [];
  metrics = new Metrics();
  clock = new FakeClock();
  const client: Pick<HookClient, 'post'> = {
    post: (body, headers) => {
      posts.push({ body, headers });
      return answer();
    },
  };
  webhook = new HttpWebhook(client as HookClient, signature, clock, metrics);
});

const counted = async (): Promise<unknown> =>
  (await metrics.webhookCalls.get()).values.map(({ labels, value }) => [labels.outcome, value]);

describe('a delivery over HTTP', () => {
  it.each([
    [200, 'delivered', 'delivered'],
    [204, 'delivered', 'delivered'],
    [299, 'delivered', 'delivered'],
    [301, 'failed', 'status'],
    [307, 'failed', 'status'],
    [400, 'failed', 'status'],
    [410, 'gone', 'gone'],
    [429, 'failed', 'status'],
    [500, 'failed', 'status'],
  ])('answered with %d is %s', async (status, outcome, label) => {
    answer = () => Promise.resolve({ status, body: undefined });
    expect(await webhook.deliver('id', EVENT)).toBe(outcome);
    expect(await counted()).toEqual([[label, 1]]);
  });

  it.each(['ssrf', 'timeout', 'connection'] as const)('that ends with %s has failed', async (reason) => {
    answer = () => Promise.reject(new CallFailed(reason));
    expect(await webhook.deliver('id', EVENT)).toBe('failed');
    expect(await counted()).toEqual([[reason, 1]]);
  });

  it('holds the event, and a signature of the moment over it and its id', async () => {
    answer = () => Promise.resolve({ status: 200, body: undefined });
    await webhook.deliver('job-1', EVENT);
    clock.advance(60_000);
    await webhook.deliver('job-1', EVENT);
    const body = JSON.stringify(EVENT);
    expect(JSON.parse(posts[0]!.body)).toEqual(EVENT);
    expect(posts).toEqual([
      { body, headers: signature.headersFor('job-1', clock.epochMs() - 60_000, body) },
      { body, headers: signature.headersFor('job-1', clock.epochMs(), body) },
    ]);
    expect(posts[0]!.headers['webhook-signature']).not.toBe(posts[1]!.headers['webhook-signature']);
  });
});
