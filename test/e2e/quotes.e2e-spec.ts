import { afterAll, beforeAll, expect, it } from '@jest/globals';
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

it('answers a subscription symbol by symbol, with a snapshot, and then pushes on its schedule', async () => {
  const client = await gateway.signIn('alice');
  const { data } = await client.request('quotes.subscribe', { symbols: ['AAPL', 'ZZZ', 'AAPL'] });
  expect(data).toMatchObject({
    mode: 'merge',
    accepted: ['AAPL'],
    rejected: [{ symbol: 'ZZZ', code: 'unknown_symbol' }],
  });
  const [snapshot] = data.quotes;
  expect(snapshot).toMatchObject({
    symbol: 'AAPL',
    currency: 'USD',
    reference: 'prevClose',
    quality: 'simulated',
    session: 'regular',
    source: 'simulator',
  });
  for (const field of [
    'bid',
    'ask',
    'last',
    'open',
    'high',
    'low',
    'prevClose',
    'change',
    'changePercent',
    'volume',
  ]) {
    expect(snapshot[field]).toMatch(/^-?\d+(\.\d+)?$/);
  }

  let { seq } = snapshot;
  for (let pushes = 0; pushes < 5; pushes += 1) {
    const push = await client.next('quotes');
    for (const quote of push.data) {
      expect(quote).toMatchObject({ symbol: 'AAPL', epoch: snapshot.epoch, quality: 'simulated' });
      expect(quote.seq).toBeGreaterThan(seq);
      seq = quote.seq;
    }
  }
});

it('lists the current set, and stops pushing what was unsubscribed', async () => {
  const client = await gateway.signIn('alice');
  await client.request('quotes.subscribe', { symbols: ['AAPL', 'MSFT'] });
  expect((await client.request('quotes.list')).data).toEqual({ symbols: ['AAPL', 'MSFT'] });
  expect((await client.request('quotes.unsubscribe', { symbols: ['AAPL', 'EURUSD'] })).data).toEqual({
    symbols: ['MSFT'],
  });
  const before = client.received.length;
  await client.next('quotes');
  await client.nextMatching(({ event }) => event === 'quotes');
  const later = client.received.slice(before).filter(({ event }) => event === 'quotes');
  expect(later.flatMap(({ data }) => data.map(({ symbol }: { symbol: string }) => symbol))).not.toContain(
    'AAPL',
  );
});

it('refuses a subscription over the limit whole, and keeps the earlier ones', async () => {
  const client = await gateway.signIn('alice');
  await client.request('quotes.subscribe', { symbols: ['AAPL'] });
  const { data } = await client.request('quotes.subscribe', { symbols: ['MSFT', 'EURUSD'] });
  expect(data.code).toBe('limit_exceeded');
  expect((await client.request('quotes.list')).data.symbols).toEqual(['AAPL']);
});

it('gives the last values over REST', async () => {
  const authorization = `Bearer ${testToken()}`;
  const { body } = await gateway.rest
    .get('/v1/quotes?symbols=EURUSD')
    .set('authorization', authorization)
    .expect(200);
  expect(body.symbols).toEqual(['AAPL', 'MSFT', 'EURUSD']);
  expect(body.quotes).toHaveLength(1);
  expect(body.quotes[0]).toMatchObject({ symbol: 'EURUSD', quality: 'simulated' });
  await gateway.rest.get('/v1/quotes').expect(401);
});
