import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { testConfig } from '../../../test/harness/test-config.js';
import { Metrics } from '../../observability/metrics.js';
import { CallFailed } from './call-failed.js';
import type { HookAnswer, HookClient } from './hook-client.js';
import { HookSignature } from './hook-signature.js';
import { HttpPolicy } from './http.policy.js';

const DRAFT = { room: 'ops', from: 'alice', body: 'hello' };
const SECRET = 'a-secret-of-at-least-thirty-two-bytes';

interface Post {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A policy whose server answers as it is told. */
function policyOf(answer: () => Promise<HookAnswer>, signature?: HookSignature) {
  const posts: Post[] = [];
  const client: Pick<HookClient, 'post'> = {
    post: (body, headers) => {
      posts.push({ body, headers });
      return answer();
    },
  };
  const metrics = new Metrics();
  const clock = new FakeClock();
  const policy = new HttpPolicy(client as HookClient, signature, 4_096, clock, metrics);
  const counted = async (): Promise<unknown> =>
    (await metrics.policyCalls.get()).values.map(({ labels, value }) => [labels.outcome, value]);
  return { policy, posts, counted, clock };
}

const answering = (body: string | undefined, status = 200) =>
  policyOf(() => Promise.resolve({ status, body }));

describe('the policy over HTTP', () => {
  it.each([
    ['{"action":"allow"}', { action: 'allow' }],
    ['{"action":"allow","body":"ignored","more":1}', { action: 'allow' }],
    ['{"action":"refuse"}', { action: 'refuse' }],
    ['{"action":"rewrite","body":"h***o"}', { action: 'rewrite', body: 'h***o' }],
  ])('takes %s', async (body, verdict) => {
    const { policy, counted } = answering(body);
    expect(await policy.judge(DRAFT)).toEqual(verdict);
    expect(await counted()).toEqual([[verdict.action, 1]]);
  });

  it.each<[string | undefined, number, string]>([
    ['{"action":"allow"}', 500, 'status'],
    ['{"action":"allow"}', 302, 'status'],
    ['', 204, 'answer'],
    ['', 200, 'answer'],
    ['{"action":"allow"', 200, 'answer'],
    ['null', 200, 'answer'],
    ['"allow"', 200, 'answer'],
    ['[]', 200, 'answer'],
    ['{}', 200, 'answer'],
    ['{"action":"Allow"}', 200, 'answer'],
    ['{"action":"rewrite"}', 200, 'answer'],
    ['{"action":"rewrite","body":null}', 200, 'answer'],
    ['{"action":"rewrite","body":["x"]}', 200, 'answer'],
    ['{"action":"rewrite","body":""}', 200, 'answer'],
    ['{"action":"rewrite","body":"a\\u0000"}', 200, 'answer'],
    ['{"action":"rewrite","body":"a\\ud800"}', 200, 'answer'],
    [undefined, 200, 'answer'],
  ])('fails on %j with status %d', async (body, status, reason) => {
    const { policy, counted } = answering(body, status);
    await expect(policy.judge(DRAFT)).rejects.toMatchObject({ reason });
    expect(await counted()).toEqual([[reason, 1]]);
  });

  it('fails on a rewrite beyond the bound of a body, in bytes', async () => {
    const rewriting = (text: string) => answering(JSON.stringify({ action: 'rewrite', body: text })).policy;
    expect(await rewriting('ü'.repeat(2_048)).judge(DRAFT)).toMatchObject({ action: 'rewrite' });
    await expect(rewriting('ü'.repeat(2_049)).judge(DRAFT)).rejects.toMatchObject({ reason: 'answer' });
  });

  it('fails when the call does', async () => {
    const { policy, counted } = policyOf(() => Promise.reject(new CallFailed('timeout')));
    await expect(policy.judge(DRAFT)).rejects.toMatchObject({ reason: 'timeout' });
    expect(await counted()).toEqual([['timeout', 1]]);
  });

  it('asks with the message, signed where there is a secret', async () => {
    const signature = new HookSignature(SECRET);
    const signed = policyOf(() => Promise.resolve({ status: 200, body: '{"action":"allow"}' }), signature);
    await signed.policy.judge({ ...DRAFT, to: 'bob', meta: { file: 1 } });
    const [{ body, headers }] = signed.posts as [Post];
    expect(JSON.parse(body)).toEqual({ ...DRAFT, to: 'bob', meta: { file: 1 } });
    expect(headers).toEqual(signature.headersFor(headers['webhook-id']!, signed.clock.epochMs(), body));

    const unsigned = answering('{"action":"allow"}');
    await unsigned.policy.judge(DRAFT);
    expect(unsigned.posts).toEqual([{ body: JSON.stringify(DRAFT), headers: {} }]);
  });

  it('fails at once when too many messages wait, and recovers', async () => {
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    const { policy, counted } = policyOf(async () => {
      await released;
      return { status: 200, body: '{"action":"allow"}' };
    });
    const waiting = Array.from({ length: 1_000 }, () => policy.judge(DRAFT));
    await expect(policy.judge(DRAFT)).rejects.toMatchObject({ reason: 'overload' });
    release();
    await Promise.all(waiting);
    await policy.judge(DRAFT);
    expect(await counted()).toEqual([
      ['overload', 1],
      ['allow', 1_001],
    ]);
  });

  it('is made from the configuration, and refuses a URL with credentials', () => {
    const create = (url: string): HttpPolicy =>
      HttpPolicy.create(testConfig({ CHAT_POLICY_URL: url }), new FakeClock(), new Metrics());
    expect(() => create('https://user:secret@policy.test')).toThrow(/without a user or password/);
    expect(create('https://policy.test')).toBeInstanceOf(HttpPolicy);
  });
});
