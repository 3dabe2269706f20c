import type { Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { RoomEntry } from '../../src/protocol/chat.js';
import { eventually } from '../harness/eventually.js';
import type { TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ WS_MAX_QUEUE_BYTES: '65536', WS_CLOSE_TIMEOUT_MS: '200' });
});
afterAll(() => gateway.close());

const rawSocketOf = (client: TestClient): Socket => (client.socket as unknown as { _socket: Socket })._socket;

const seqsOf = (entries: readonly RoomEntry[]): number[] => entries.map(({ seq }) => seq);

const pushedSeqs = (client: TestClient): number[] =>
  client.received.filter(({ event }) => event === 'chat.message').map(({ data }) => data.seq as number);

it('closes a reader of a room that falls too far behind with 1013, and it resumes without loss', async () => {
  const [writer, quick] = [await gateway.signIn('writer'), await gateway.signIn('quick')];
  const slow = await gateway.signIn('slow');
  for (const client of [writer, quick, slow]) {
    await client.request('chat.join', { room: 'lobby' });
  }
  rawSocketOf(slow).pause();
  const body = 'x'.repeat(16_000);
  let sent = 0;
  // The kernel takes some megabytes before the process has to hold anything.
  while ((await gateway.metric('ws_closed_total', '{code="1013",reason="slow_consumer"}')) === 0) {
    const burst = Array.from({ length: 20 }, (_, index) =>
      writer.request('chat.send', { room: 'lobby', clientMsgId: `m${sent + index}`, body }),
    );
    await Promise.all(burst);
    sent += burst.length;
    expect(sent).toBeLessThan(5000);
  }
  await eventually(() => expect(pushedSeqs(quick)).toHaveLength(sent));
  rawSocketOf(slow).resume();
  await slow.closed;
  const had = pushedSeqs(slow);
  expect(had).toEqual(Array.from({ length: had.length }, (_, index) => index + 1));
  expect(had.length).toBeLessThan(sent);

  const back = await gateway.signIn('slow');
  const { data: joined } = await back.request('chat.join', { room: 'lobby', since: had.length });
  const missed: number[] = joined.recovered ? seqsOf(joined.messages) : [];
  while (!joined.recovered && (missed.at(-1) ?? had.length) < joined.head) {
    const since = missed.at(-1) ?? had.length;
    const { data: page } = await back.request('chat.history', { room: 'lobby', since, limit: 100 });
    missed.push(...seqsOf(page.messages));
  }
  expect([...had, ...missed]).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  expect(await gateway.metric('ws_queue_bytes')).toBe(0);
}, 60_000);
