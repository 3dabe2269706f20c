import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    QUOTES_INTERVAL_MS: '20',
    QUOTES_SYMBOLS: 'AAPL,MSFT,EURUSD',
    LIMIT_SUBSCRIPTIONS: '2',
  });
});
afterAll(() => gateway.close());

const symbolsOf = (quotes: { symbol: string }[]) => new Set(quotes.map(({ symbol }) => symbol));

it('pushes a snapshot, then updates on its timer, without a word from the client', async () => {
  const client = await gateway.signIn('alice', { path: '/feed?symbols=AAPL,EURUSD' });
  const snapshot = await client.next('quotes');
  expect(symbolsOf(snapshot.data)).toEqual(new Set(['AAPL', 'EURUSD']));
  expect(snapshot.data[0]).toMatchObject({ quality: 'simulated', currency: 'USD', last: expect.any(String) });

  for (let pushes = 0; pushes < 3; pushes += 1) {
    const { data } = await client.next('quotes');
    expect(symbolsOf(data)).toEqual(new Set(['AAPL', 'EURUSD']));
  }
});

it('pushes all symbols when none is named', async () => {
  const small = await TestGateway.start({ QUOTES_SYMBOLS: 'AAPL,MSFT' });
  const client = await small.signIn('alice', { path: '/feed' });
  expect(symbolsOf((await client.next('quotes')).data)).toEqual(new Set(['AAPL', 'MSFT']));
  await small.close();
});

it('says which codes it cannot serve and serves the others', async () => {
  const client = await gateway.signIn('alice', { path: '/feed?symbols=AAPL,ZZZ' });
  expect((await client.next('error')).data.code).toBe('unknown_symbol');
  expect(symbolsOf((await client.next('quotes')).data)).toEqual(new Set(['AAPL']));
});

it('closes what it has nothing to push to, after saying why', async () => {
  const unknown = await gateway.signIn('alice', { path: '/feed?symbols=ZZZ' });
  expect((await unknown.next('error')).data.code).toBe('unknown_symbol');
  expect(await unknown.closed).toEqual({ code: 1008, reason: 'nothing_to_push' });
  const greedy = await gateway.signIn('alice', { path: '/feed?symbols=AAPL,MSFT,EURUSD' });
  expect((await greedy.next('error')).data.code).toBe('limit_exceeded');
  expect((await greedy.closed).code).toBe(1008);
  expect(await gateway.metric('ws_message_rejected_total', '{reason="limit_exceeded"}')).toBe(1);
});

it.each(['{"id":1,"event":"ping"}', 'hello', ''])(
  'closes with 1008 when the client sends %j',
  async (text) => {
    const client = await gateway.signIn('alice', { path: '/feed?symbols=AAPL' });
    client.raw(text);
    expect(await client.closed).toEqual({ code: 1008, reason: 'push_only' });
    await eventually(async () =>
      expect(await gateway.metric('ws_closed_total', '{code="1008",reason="push_only"}')).toBeGreaterThan(0),
    );
  },
);

it('takes no first-message authentication', async () => {
  const native = gateway.connect({ path: '/feed' });
  expect((await native.refused).statusCode).toBe(401);
  const page = gateway.connect({ path: '/feed', headers: { origin: gateway.origin } });
  expect(await page.closed).toEqual({ code: 3000, reason: 'auth_required' });
});

it('answers pings of the client', async () => {
  const client = await gateway.signIn('alice', {
    path: '/feed?symbols=AAPL',
    token: testToken({ sub: 'pinger' }),
  });
  const pong = new Promise((resolve) => client.socket.once('pong', resolve));
  client.socket.ping();
  await pong;
  await client.next('quotes');
});
