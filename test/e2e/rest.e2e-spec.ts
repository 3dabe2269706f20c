import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken, testToken } from '../harness/test-token.js';

const API_KEY = 'a-key-of-the-billing-service';

let gateway: TestGateway;
beforeAll(async () => {
  const digest = createHash('sha256').update(API_KEY).digest('hex');
  gateway = await TestGateway.start({ API_KEYS: `billing:${digest}:broadcast`, HTTP_MAX_BODY_BYTES: '4096' });
});
afterAll(() => gateway.close());

const news = { event: 'news', data: { text: 'hello' } };
const post = (authorization: string) =>
  gateway.rest.post('/v1/broadcast').set('authorization', authorization);
const admin = () => `Bearer ${adminToken()}`;

it('answers failures with problem documents', async () => {
  const problems = [
    await gateway.rest.post('/v1/broadcast').send(news).expect(401).expect('www-authenticate', 'Bearer'),
    await post('Bearer x').send(news).expect(401),
    await post(`Bearer ${testToken({ scope: 'connections' })}`)
      .send(news)
      .expect(403),
    await post(admin()).send({ event: '' }).expect(400),
    await post(admin())
      .send({ ...news, extra: 1 })
      .expect(400),
    await post(admin()).set('content-type', 'application/json').send('{"event":').expect(400),
    await post(admin()).set('content-type', 'application/x-www-form-urlencoded').send('event=x').expect(415),
    await post(admin()).set('content-type', 'text/plain').send('{}').expect(415),
    await post(admin())
      .send({ event: 'x', data: 'y'.repeat(5000) })
      .expect(413),
    await gateway.rest.get('/nowhere').expect(404),
    await gateway.rest.get('/%zz').expect(400),
    await gateway.rest
      .get(`/v1/users/${'nowhere'.repeat(250)}`)
      .set('authorization', admin())
      .expect(414),
    await gateway.rest.get(`/v1/quotes?symbols=${'A'.repeat(3000)}`).expect(414),
    await gateway.rest.get('/ws').expect(426).expect('upgrade', 'websocket'),
    await gateway.rest.post('/ws').expect(405).expect('allow', 'GET'),
  ];
  for (const { status, type, body, text } of problems) {
    expect(type).toBe('application/problem+json');
    expect(body).toMatchObject({ type: 'about:blank', status, title: expect.any(String) });
    expect(text).not.toMatch(/nowhere|extra|hello|\bat \//);
  }
  expect(await gateway.metric('http_responses_total', '{status="415"}')).toBe(2);
});

it('takes a token with the scope, the admin role, or an API key', async () => {
  await post(`Bearer ${testToken({ scope: 'quotes broadcast' })}`)
    .send(news)
    .expect(202);
  await post(`Bearer ${testToken({ scp: ['broadcast'] })}`)
    .send(news)
    .expect(202);
  await post(admin()).send(news).expect(202);
  await gateway.rest.post('/v1/broadcast').set('x-api-key', API_KEY).send(news).expect(202);
  await gateway.rest.post('/v1/broadcast').set('x-api-key', `${API_KEY}x`).send(news).expect(401);
  await gateway.rest.get('/v1/connections').set('x-api-key', API_KEY).expect(403);
});

it.each([
  ['two targets', { target: { all: true, users: ['a'] } }],
  ['no target', { target: {} }],
  ['an empty list of users', { target: { users: [] } }],
  ['all: false', { target: { all: false } }],
  ['an unknown delivery', { target: { all: true }, delivery: 'pigeon' }],
  ['no data', { target: { all: true }, data: undefined }],
  ['a null target', { target: { all: null } }],
  ['null users', { target: { users: null } }],
  ['null exceptions', { target: { all: true }, except: null }],
  ['a null idempotency key', { target: { all: true }, idempotencyKey: null }],
  ['an empty idempotency key', { target: { all: true }, idempotencyKey: '' }],
  ['a key that reaches for a prototype', { target: { all: true }, data: { constructor: 1 } }],
])('refuses an update with %s', async (_what, change) => {
  const body = { event: 'x', data: {}, delivery: 'live', ...change };
  await gateway.rest.post('/v1/updates').set('authorization', admin()).send(body).expect(400);
});

it('sends null as data', async () => {
  const client = await gateway.signIn('nil');
  const body = { target: { users: ['nil'] }, event: 'x', data: null, delivery: 'live' };
  await gateway.rest.post('/v1/updates').set('authorization', admin()).send(body).expect(202);
  expect((await client.next('update')).data.data).toBeNull();
});

it('refuses what nests too deep before anybody walks it', async () => {
  const nested = `{"event":"x","data":${'['.repeat(1500)}${']'.repeat(1500)}}`;
  const send = post(admin()).set('content-type', 'application/json');
  expect((await send.send(nested).expect(400)).body.detail).toBe('The body nests too deep.');
});

it.each(['1e400', '12345678901234567890'])(
  'refuses the number %s, which would arrive as another',
  async (number) => {
    const send = post(admin()).set('content-type', 'application/json');
    await send.send(`{"event":"x","data":{"order":${number}}}`).expect(400);
  },
);

it('refuses an idempotency key that is empty or over-long in the header too', async () => {
  await post(admin()).set('idempotency-key', '').send(news).expect(400);
  await post(admin()).set('idempotency-key', 'k'.repeat(129)).send(news).expect(400);
});

it('matches and counts, but sends nothing, on a dry run', async () => {
  const client = await gateway.signIn('dry');
  const body = { target: { users: ['dry', 'nobody'] }, event: 'x', data: {}, delivery: 'live', dryRun: true };
  const answer = await gateway.rest.post('/v1/updates').set('authorization', admin()).send(body).expect(202);
  expect(answer.body).toMatchObject({ matched: { users: 1, connections: 1 }, dryRun: true });
  await client.request('ping');
  expect(client.received.map(({ event }) => event)).not.toContain('update');
});

it('repeats the answer, and not the deed, for a repeated Idempotency-Key', async () => {
  const client = await gateway.signIn('once');
  const body = { target: { users: ['once'] }, event: 'x', data: { n: 1 }, delivery: 'live' };
  const send = (key: string, change = {}) =>
    gateway.rest
      .post('/v1/updates')
      .set({ authorization: admin(), 'idempotency-key': key })
      .send({ ...body, ...change });

  const first = await send('key-1').expect(202);
  const second = await send('key-1').expect(202);
  expect(second.body).toEqual({ ...first.body, duplicate: true });
  await send('key-1', { data: { n: 2 } }).expect(422);
  await send('key-2').expect(202);
  await client.request('ping');
  expect(client.received.filter(({ event }) => event === 'update')).toHaveLength(2);
});

it('documents itself', async () => {
  const { body } = await gateway.rest.get('/docs-json').expect(200);
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining([
      '/v1/broadcast',
      '/v1/updates',
      '/v1/updates/{id}',
      '/v1/connections',
      '/v1/users/{id}',
    ]),
  );
  expect(body.components.schemas.UpdateDto.required).toEqual(
    expect.arrayContaining(['target', 'event', 'data', 'delivery']),
  );
  await gateway.rest.get('/docs').expect(200);
});

it('sends security headers with every answer, refusals of the router included', async () => {
  for (const path of ['/health/live', '/nowhere', '/%zz', '/docs', '/v1/quotes']) {
    const { headers } = await gateway.rest.get(path);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['x-powered-by']).toBeUndefined();
  }
  await gateway.rest.get('/v1/quotes').expect('cache-control', 'no-store');
});
