import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closedConnections, expectCounted, refusedMessages } from '../harness/counted.js';
import { expectHealthy, expectUsable } from '../harness/healthy.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
let client: TestClient;

beforeAll(async () => {
  gateway = await TestGateway.start();
});
beforeEach(async () => {
  client = await gateway.signIn('alice');
});
afterEach(async () => {
  client.terminate();
  await expectHealthy(gateway);
});
afterAll(() => gateway.close());

/** Expects one refusal, counted once, after which the connection goes on. */
async function expectRefused(text: string, code: string, id?: number | string): Promise<void> {
  await expectCounted(gateway, refusedMessages(code), async () => {
    client.raw(text);
    const answer = await client.next('error');
    expect(answer.data).toMatchObject({ code, message: expect.any(String), retryable: false });
    expect(answer.id).toBe(id);
    expect(JSON.stringify(answer)).not.toContain('canary');
  });
  await expectUsable(client);
}

/** Expects the command to be taken and its data to come back like this. */
async function expectEchoed(json: string, data: unknown): Promise<void> {
  client.raw(`{"id":"e","event":"echo","data":${json}}`);
  expect(await client.nextMatching(({ id }) => id === 'e')).toEqual({ id: 'e', event: 'reply', data });
}

const echo = (json: string): string => `{"id":7,"event":"echo","data":${json}}`;

describe('a message that is no envelope is a bad_frame', () => {
  it.each([
    ['empty', ''],
    ['blank', ' \t\r\n '],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"canary"'],
    ['a list', '[]'],
    ['a list of an envelope', '[{"event":"ping"}]'],
    ['an empty object', '{}'],
    ['without an event', '{"data":"canary"}'],
    ['with an event that is no text', '{"event":["canary"]}'],
    ['with an empty event', '{"event":""}'],
    ['with a long event', `{"event":"canary${'x'.repeat(64)}"}`],
    ['with an id that is an object', '{"id":{"canary":1},"event":"ping"}'],
    ['with an id of null', '{"id":null,"event":"ping"}'],
    ['with a fractional id', '{"id":1.5,"event":"ping"}'],
    ['with an id that JSON rounds', '{"id":9007199254740993,"event":"ping"}'],
    ['with a long id', `{"id":"canary${'x'.repeat(64)}","event":"ping"}`],
    ['with an empty id', '{"id":"","event":"ping"}'],
  ])('%s', (_name, text) => expectRefused(text, 'bad_frame'));

  it('with a key of its own, and the id is read', () =>
    expectRefused('{"id":7,"event":"ping","canary":1}', 'bad_frame', 7));
});

describe('a message that is no JSON is a bad_json', () => {
  it.each([
    ['truncated', '{"id":7,"event":"ping"'],
    ['with a BOM', '\uFEFF{"id":7,"event":"ping"}'],
    ['with a comment', '{"id":7,"event":"ping"/* canary */}'],
    ['with NaN', echo('NaN')],
    ['with a missing value', echo('')],
    ['with single quotes', "{'id':7,'event':'canary'}"],
    ['with a trailing comma', '{"id":7,"event":"ping",}'],
    ['with a raw line break in a text', echo('"can\nary"')],
    ['two in a row', '{"event":"ping"}{"event":"ping"}'],
    ['words', 'canary'],
    ['NUL', '\0'],
  ])('%s', (_name, text) => expectRefused(text, 'bad_json'));
});

describe('the fifth message that nobody can read closes', () => {
  const strike = async (texts: string[], code: number, reason: string): Promise<void> => {
    await expectCounted(gateway, closedConnections(code, reason), async () => {
      texts.forEach((text) => client.raw(text));
      expect(await client.closed).toEqual({ code, reason });
      expect(client.received.filter(({ event }) => event === 'error')).toHaveLength(5);
    });
  };

  it('with 1007 for broken JSON', () => strike(Array(6).fill('{'), 1007, 'bad_json'));
  it('with 1008 for other envelopes', () => strike(Array(6).fill('[]'), 1008, 'bad_frames'));
  it('with the code of the last one, where they are mixed', () =>
    strike(['{', '[]', '{', '[]', '{', 'x'], 1007, 'bad_json'));

  it('but refusals of well-formed commands are no strikes', async () => {
    for (let count = 0; count < 10; count += 1) {
      expect((await client.request('no.such.command')).data.code).toBe('unknown_event');
      expect((await client.request('quotes.subscribe', {})).data.code).toBe('validation');
    }
    await expectUsable(client);
  });
});

describe('nesting', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

  it('of 16 levels is taken', async () => {
    const json = nested(15);
    await expectEchoed(json, JSON.parse(json));
  });

  it.each([17, 1000, 20_000, 32_000])('of %i levels is a bad_frame', (depth) =>
    expectRefused(echo(nested(depth - 1)), 'bad_frame'),
  );

  it.each([17, 12_000])('of %i levels that nobody closes is a bad_frame', (depth) =>
    expectRefused('{"a":'.repeat(depth - 1) + '[', 'bad_frame'),
  );

  it('of 50,000 levels is too big', async () => {
    await expectCounted(gateway, closedConnections(1009, 'too_big'), async () => {
      client.raw(echo(nested(50_000)));
      expect((await client.closed).code).toBe(1009);
    });
  });

  it('counts brackets, not what looks like them inside a text', () =>
    expectEchoed(
      String.raw`"${'[{'.repeat(50)}\"${'['.repeat(50)}\\"`,
      `${'[{'.repeat(50)}"${'['.repeat(50)}\\`,
    ));
});

describe('values that JSON readers change in silence', () => {
  it.each([
    ['2^53 + 1', '9007199254740993'],
    ['-(2^53 + 1)', '-9007199254740993'],
    ['2^64', '18446744073709551616'],
    ['1e400', '1e400'],
    ['-1e400', '[{"a":-1e400}]'],
  ])('%s breaks a rule', (_name, json) => expectRefused(echo(json), 'validation', 7));

  it.each<[string, string, unknown]>([
    ['the last of duplicate keys wins', '{"a":1,"a":2}', { a: 2 }],
    ['minus zero is zero', '-0', 0],
    ['2^53 - 1 is itself', '9007199254740991', 9_007_199_254_740_991],
    ['a long number is a text', '"9007199254740993"', '9007199254740993'],
  ])('%s', (_name, json, data) => expectEchoed(json, data));

  it('the last of duplicate events wins', async () => {
    client.raw('{"id":1,"event":"no.such.command","event":"ping"}');
    expect((await client.nextMatching(({ id }) => id === 1)).event).toBe('reply');
  });
});

describe('keys that reach prototypes', () => {
  afterEach(() => {
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('polluted');
  });

  it.each([
    ['__proto__ in data', echo('{"__proto__":{"polluted":1}}')],
    ['__proto__ deep in data', echo('[[{"a":{"__proto__":{"polluted":1}}}]]')],
    ['__proto__ written in escapes', echo(String.raw`{"\u005f_proto__":{"polluted":1}}`)],
    ['constructor.prototype', echo('{"constructor":{"prototype":{"polluted":1}}}')],
    ['prototype', echo('{"prototype":{"polluted":1}}')],
    ['__proto__ beside the event', '{"id":7,"event":"echo","__proto__":{"polluted":1}}'],
    [
      '__proto__ in the data of a DTO',
      '{"id":7,"event":"quotes.subscribe","data":{"__proto__":{"symbols":["AAPL"]}}}',
    ],
  ])('%s break a rule', (_name, text) => expectRefused(text, 'validation', 7));

  it.each(['toString', '__proto__', 'constructor', 'hasOwnProperty', 'valueOf'])(
    'the event %s does not exist',
    (event) => expectRefused(JSON.stringify({ id: 7, event }), 'unknown_event', 7),
  );
});

describe('size', () => {
  const keys = (count: number): string =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 0])));
  const list = (length: number): string => `[${Array(length).fill(0).join(',')}]`;

  it.each([
    ['65 keys', keys(62)],
    ['65 keys in several objects', `[${keys(30)},{"a":${keys(31)}}]`],
    ['5,000 keys', keys(5000)],
    ['a list of 10,001', list(10_001)],
  ])('%s break a rule', (_name, json) => expectRefused(echo(json), 'validation', 7));

  it.each([
    ['64 keys', keys(61)],
    ['a list of 10,000', list(10_000)],
  ])('%s are taken', (_name, json) => expectEchoed(json, JSON.parse(json)));

  it.each([
    ['100,000 keys', keys(100_000)],
    ['a list of 1 MB', list(524_288)],
  ])('%s are too big', async (_name, json) => {
    await expectCounted(gateway, closedConnections(1009, 'too_big'), async () => {
      client.raw(echo(json));
      expect((await client.closed).code).toBe(1009);
    });
  });
});

describe('a command that does not exist', () => {
  it.each(['nope', 'Ping', 'PING', ' ping', 'ping\0', 'ріng', 'quotes', 'chat.send\n', 'canary'])(
    '%j is refused with the id',
    (event) => expectRefused(JSON.stringify({ id: 7, event, data: 'canary' }), 'unknown_event', 7),
  );

  it('without an id is refused all the same', () => expectRefused('{"event":"canary"}', 'unknown_event'));
});

it.each(['tidegate.v2.json', 'tidegate.v1.protobuf', 'tidegate.v99.json'])(
  'a client of %s is upgraded and told with 4406',
  async (protocol) => {
    await expectCounted(gateway, closedConnections(4406, 'version'), async () => {
      const other = gateway.connect({ token: testToken(), protocols: [protocol] });
      expect(await other.closed).toEqual({ code: 4406, reason: 'version' });
      expect(other.socket.protocol).toBe(protocol);
      expect(other.received).toEqual([]);
    });
  },
);
