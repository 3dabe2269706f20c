import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Hub } from '../../src/hub/hub.js';
import { Publisher } from '../../src/hub/publisher.js';
import { ALL_CHANNEL, quotesChannel } from '../../src/protocol/channel.js';
import { unsentBytes } from '../../src/transport/ws/private-fields.js';
import { SocketConnection } from '../../src/transport/ws/socket-connection.js';
import { eventually } from '../harness/eventually.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

const SYMBOLS = Array.from({ length: 100 }, (_, index) => `S${index}`);
const ROUNDS = 2000;
const MAX_QUEUE_BYTES = 262_144;
/** More than one value of every symbol takes. */
const FLUSH_BYTES = 32 * 1024;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    QUOTES_SYMBOLS: SYMBOLS.join(','),
    QUOTES_INTERVAL_MS: '3600000',
    WS_MAX_QUEUE_BYTES: String(MAX_QUEUE_BYTES),
  });
});
afterAll(() => gateway.close());

const rawSocketOf = (client: TestClient) => (client.socket as unknown as { _socket: Socket })._socket;

async function connectionOf(client: TestClient): Promise<SocketConnection> {
  const { data } = await client.request('echo', 1).then(() => client.received[0]!);
  return SocketConnection.of(gateway.app.get(Hub).find(data.session)!);
}

/** One value of every symbol, 200 bytes each; a turn of the event loop passes between rounds, as between ticks. */
async function publishRound(round: number): Promise<void> {
  await gateway.app.get(Publisher).publishValues(
    SYMBOLS.map((symbol) => ({
      channel: quotesChannel(symbol),
      value: { symbol, seq: round, padding: 'x'.repeat(150) },
    })),
  );
  await new Promise((resolve) => setImmediate(resolve));
}

it('holds only the newest quote per symbol for a reader that stopped, and delivers it when it reads again', async () => {
  const slow = await gateway.signIn('slow');
  const quick = await gateway.signIn('quick');
  await slow.request('quotes.subscribe', { symbols: SYMBOLS });
  await quick.request('quotes.subscribe', { symbols: SYMBOLS });
  const connection = await connectionOf(slow);
  rawSocketOf(slow).pause();

  let mostUnsent = 0;
  for (let round = 1; round <= ROUNDS; round += 1) {
    await publishRound(round);
    mostUnsent = Math.max(mostUnsent, unsentBytes(connection.socket));
  }

  // 40 MB were published; what waits in this process is one flush above what a socket takes before it says stop, which
  // is 16 KiB on Node 20 and 64 KiB on later ones.
  expect(connection.writer.isWritable).toBe(false);
  expect(mostUnsent).toBeLessThan(connection.socket.writableHighWaterMark + FLUSH_BYTES);
  expect(connection.session.outbox.hasLog).toBe(false);
  const isLast = ({ data }: { data: { seq?: number }[] }) => data[0]?.seq === ROUNDS;
  await quick.nextMatching((envelope) => envelope.event === 'quotes' && isLast(envelope));

  rawSocketOf(slow).resume();
  await eventually(() => {
    const newest = newestBySymbol(slow);
    expect([...newest.values()]).toEqual(SYMBOLS.map(() => ROUNDS));
  });
  expect(await gateway.metric('quotes_conflated_total')).toBeGreaterThan(0);
  expect((await slow.request('ping')).event).toBe('reply');
}, 60_000);

/** The last number received of each symbol; fails when one ever went back. */
function newestBySymbol(client: TestClient): Map<string, number> {
  const newest = new Map<string, number>(SYMBOLS.map((symbol) => [symbol, 0]));
  const values = client.received.filter(({ event }) => event === 'quotes').flatMap(({ data }) => data);
  for (const { symbol, seq } of values) {
    if (seq <= newest.get(symbol)!) {
      throw new Error(`${symbol} went from ${newest.get(symbol)} back to ${seq}`);
    }
    newest.set(symbol, seq);
  }
  return newest;
}

it('tells a reader of every value how many it lost, and goes on with the newest', async () => {
  const client = await gateway.signIn('all');
  await client.request('quotes.subscribe', { symbols: ['S0'], mode: 'all' });
  rawSocketOf(client).pause();
  const rounds = 40_000;
  for (let round = 1; round <= rounds; round += 1) {
    void gateway.app
      .get(Publisher)
      .publishValues([
        { channel: quotesChannel('S0'), value: { symbol: 'S0', seq: round, padding: 'x'.repeat(150) } },
      ]);
    if (round % 20 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  rawSocketOf(client).resume();

  const { data: loss } = await client.next('lagged');
  expect(loss.symbols).toEqual(['S0']);
  await client.nextMatching(({ event, data }) => event === 'quotes' && data.at(-1).seq === rounds);
  const seqs = client.received
    .filter(({ event }) => event === 'quotes')
    .flatMap(({ data }) => data.map((q: { seq: number }) => q.seq));
  expect(seqs).toHaveLength(rounds - loss.missed);
  expect(seqs).toEqual(seqs.toSorted((a: number, b: number) => a - b));
}, 60_000);

it('closes a reader whose unread messages pass their bound with 1013, and keeps the others', async () => {
  const slow = await gateway.signIn('slow-log');
  const quick = await gateway.signIn('quick-log');
  const connection = await connectionOf(slow);
  rawSocketOf(slow).pause();

  let mostQueued = 0;
  let sent = 0;
  while (!connection.session.isClosed && sent < 100_000) {
    sent += 1;
    void gateway.app.get(Publisher).publish({
      channels: [ALL_CHANNEL],
      event: 'update',
      data: { id: String(sent), event: 'x', data: 'y'.repeat(1000), sentAt: 0, requireAck: false },
    });
    mostQueued = Math.max(mostQueued, connection.session.outbox.logBytes);
    if (sent % 10 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  expect(connection.writer.endedBy).toMatchObject({ code: 1013, reason: 'slow_consumer' });
  expect(mostQueued).toBeLessThanOrEqual(MAX_QUEUE_BYTES);
  await eventually(async () =>
    expect(await gateway.metric('ws_closed_total', '{code="1013",reason="slow_consumer"}')).toBe(1),
  );
  await quick.nextMatching(({ event, data }) => event === 'update' && data.id === String(sent));
  expect(await gateway.metric('ws_queue_bytes')).toBe(0);
}, 60_000);
