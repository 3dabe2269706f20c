import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RoomEntry } from '../../src/protocol/chat.js';
import { eventually } from '../harness/eventually.js';
import type { Envelope, TestClient } from '../harness/test-client.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({ CHAT_MAX_RECOVERY_MESSAGES: '50' });
});
afterAll(() => gateway.close());

const post = async (room: string, count: number, clientMsgId = 'm'): Promise<void> => {
  for (let index = 1; index <= count; index += 1) {
    await gateway.rest
      .post(`/v1/rooms/${room}/messages`)
      .set('authorization', `Bearer ${adminToken()}`)
      .send({ body: `${index}`, clientMsgId: `${clientMsgId}-${index}` })
      .expect(201);
  }
};

const makeRoom = async (room: string): Promise<void> => {
  await gateway.rest
    .put(`/v1/rooms/${room}`)
    .set('authorization', `Bearer ${adminToken()}`)
    .send({ kind: 'public' })
    .expect(200);
};

const seqsOf = (entries: readonly RoomEntry[]): number[] => entries.map(({ seq }) => seq);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

const pushedSeqs = (client: TestClient, room: string): number[] =>
  client.received
    .filter(({ event, data }) => event === 'chat.message' && data.room === room)
    .map(({ data }) => data.seq as number);

describe('a client that comes back', () => {
  it('gets exactly what it missed', async () => {
    await makeRoom('resume');
    const before = await gateway.signIn('alice');
    const { data: joined } = await before.request('chat.join', { room: 'resume' });
    await post('resume', 3);
    await before.nextMatching(({ event, data }) => event === 'chat.message' && data.seq === 3);
    before.terminate();
    await post('resume', 40, 'missed');
    const after = await gateway.signIn('alice');
    const { data } = await after.request('chat.join', { room: 'resume', since: 3, epoch: joined.epoch });
    expect(data.recovered).toBe(true);
    expect(seqsOf(data.messages)).toEqual(range(4, 43));
    expect(data).toMatchObject({ head: 43, more: false, unread: 43 });
    await post('resume', 1, 'later');
    expect((await after.next('chat.message')).data.seq).toBe(44);
  });

  it('is told why it cannot have that, and gets the newest page', async () => {
    await makeRoom('reasons');
    await post('reasons', 60);
    const alice = await gateway.signIn('alice');
    const { data: fresh } = await alice.request('chat.join', { room: 'reasons', limit: 5 });
    expect(fresh).toMatchObject({ recovered: false, head: 60, more: true });
    expect(fresh.reason).toBeUndefined();
    const join = async (resume: Record<string, number>): Promise<[boolean, string, number[]]> => {
      const { data } = await alice.request('chat.join', { room: 'reasons', limit: 5, ...resume });
      return [data.recovered, data.reason, seqsOf(data.messages)];
    };
    const newest = range(56, 60);
    expect(await join({ since: 60, epoch: fresh.epoch })).toEqual([true, undefined, []]);
    expect(await join({ since: 61, epoch: fresh.epoch })).toEqual([false, 'ahead', newest]);
    expect(await join({ since: 9, epoch: fresh.epoch })).toEqual([false, 'tooMany', newest]);
    expect(await join({ since: 10, epoch: fresh.epoch })).toEqual([true, undefined, range(11, 60)]);
    expect(await join({ since: 59, epoch: fresh.epoch + 1 })).toEqual([false, 'epoch', newest]);
    const pages = [];
    for (let since = 0; since < 60; since = pages.at(-1)!) {
      const { data } = await alice.request('chat.history', { room: 'reasons', since, limit: 25 });
      pages.push(...seqsOf(data.messages));
    }
    expect(pages).toEqual(range(1, 60));
  });

  it('pages backwards to the beginning', async () => {
    await makeRoom('backwards');
    await post('backwards', 10);
    const alice = await gateway.signIn('alice');
    await alice.request('chat.join', { room: 'backwards' });
    const page = async (before: number): Promise<[number[], boolean]> => {
      const { data } = await alice.request('chat.history', { room: 'backwards', before, limit: 4 });
      return [seqsOf(data.messages), data.more];
    };
    expect(await page(11)).toEqual([[7, 8, 9, 10], true]);
    expect(await page(7)).toEqual([[3, 4, 5, 6], true]);
    expect(await page(3)).toEqual([[1, 2], false]);
  });

  it('finds no epoch of a room that was removed and made again', async () => {
    await makeRoom('phoenix');
    const alice = await gateway.signIn('alice');
    const { data: first } = await alice.request('chat.join', { room: 'phoenix' });
    await post('phoenix', 2);
    await gateway.rest.delete('/v1/rooms/phoenix').set('authorization', `Bearer ${adminToken()}`).expect(200);
    await makeRoom('phoenix');
    await post('phoenix', 1);
    const { data } = await alice.request('chat.join', { room: 'phoenix', since: 2, epoch: first.epoch });
    expect(data).toMatchObject({ recovered: false, reason: 'epoch', head: 1 });
    await post('phoenix', 1, 'live');
    const isLive = ({ event, data: { clientMsgId } }: Envelope): boolean =>
      event === 'chat.message' && clientMsgId === 'live-1';
    expect((await alice.nextMatching(isLive)).data.seq).toBe(2);
  });
});

describe('joining while messages flow', () => {
  it('leaves no hole between history and what is live, and brings nothing twice', async () => {
    await makeRoom('busy');
    const writer = await gateway.signIn('writer');
    await writer.request('chat.join', { room: 'busy' });
    const stop = new AbortController();
    let written = 0;
    const writing = (async () => {
      while (!stop.signal.aborted) {
        const burst = Array.from({ length: 5 }, (_, index) =>
          writer.request('chat.send', { room: 'busy', clientMsgId: `b${written + index}`, body: 'x' }),
        );
        await Promise.all(burst);
        written += burst.length;
      }
    })();
    for (let round = 0; round < 15; round += 1) {
      const reader = await gateway.signIn(`reader-${round}`);
      const { data } = await reader.request('chat.join', { room: 'busy', limit: 10 });
      const start = data.messages.length === 0 ? data.head + 1 : data.messages[0].seq;
      const target = data.head + 20;
      await eventually(() => expect(pushedSeqs(reader, 'busy').at(-1)).toBeGreaterThan(target));
      const seen = [...seqsOf(data.messages), ...pushedSeqs(reader, 'busy')];
      expect(seen).toEqual(range(start, seen.at(-1)!));
      reader.terminate();
    }
    stop.abort();
    await writing;
  });
});
