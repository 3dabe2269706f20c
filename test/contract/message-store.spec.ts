import { beforeEach, expect, it } from '@jest/globals';
import type { AppendOutcome, MessageStore } from '../../src/ports/message-store.port.js';
import type { MemberChange, RoomStore } from '../../src/ports/room-store.port.js';
import { messageFrom, memberChange } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('MessageStore', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;
  let room: string;

  beforeEach(async () => {
    ({ rooms, messages: log } = store());
    room = fresh('room');
    await rooms.create({ id: room, kind: 'private', owner: 'alice' }, 1_000);
  });

  const send = (fields: Partial<Parameters<typeof messageFrom>[2]> = {}): Promise<AppendOutcome> =>
    log.append(messageFrom('alice', room, fields));
  const change = (fields: Partial<MemberChange>): Promise<unknown> =>
    rooms.changeMember(memberChange(room, fields));
  const seqsOf = async (id: string): Promise<number[]> =>
    (await log.page(id, { limit: 5_000 }))!.messages.map(({ seq }) => seq);

  it('numbers messages from 1 without holes and gives back what was sent', async () => {
    const message = messageFrom('alice', room, { meta: { b: [1, null], a: { ü: '🙂' } }, body: 'Grüße\n‮' });
    expect(await log.append(message)).toEqual({
      outcome: 'stored',
      message: {
        type: 'message',
        room,
        seq: 1,
        id: message.id,
        from: 'alice',
        clientMsgId: message.clientMsgId,
        time: message.time,
        body: message.body,
        meta: message.meta,
      },
    });
    expect(await send()).toMatchObject({ outcome: 'stored', message: { seq: 2 } });
    expect(await log.findSend(message)).toEqual({
      outcome: 'duplicate',
      message: (await log.page(room, { limit: 2 }))!.messages[0],
    });
  });

  it('answers a repeated send with the first one', async () => {
    const first = await send({ clientMsgId: 'once', body: 'hello', meta: { a: 1, b: { c: 2, d: 3 } } });
    const again = await send({
      clientMsgId: 'once',
      body: 'hello',
      meta: { b: { d: 3, c: 2 }, a: 1 },
      id: 'another',
      time: 9e12,
    });
    expect(again).toEqual({ ...first, outcome: 'duplicate' });
    expect(await seqsOf(room)).toEqual([1]);
  });

  it.each([{ body: 'other' }, { meta: { a: 2 } }, { meta: undefined }])(
    'refuses the same key with other content: %j',
    async (other) => {
      const first = { clientMsgId: 'once', body: 'hello', meta: { a: 1 } };
      await send(first);
      expect(await send({ ...first, ...other })).toEqual({ outcome: 'conflict' });
      expect(await send()).toMatchObject({ message: { seq: 2 } });
    },
  );

  it('compares a repeated send as it was sent, however a policy rewrote it', async () => {
    const first = await send({ clientMsgId: 'once', sentBody: 'darn', body: '****' });
    expect(await send({ clientMsgId: 'once', sentBody: 'darn', body: 'd***' })).toEqual({
      ...first,
      outcome: 'duplicate',
    });
    expect(await send({ clientMsgId: 'once', sentBody: 'drat', body: '****' })).toEqual({
      outcome: 'conflict',
    });
  });

  it('keeps keys apart by room and by sender', async () => {
    const elsewhere = fresh('room');
    await rooms.create({ id: elsewhere, kind: 'private', owner: 'alice' }, 1_000);
    await change({ action: 'added', user: 'bob' });
    const outcomes = await Promise.all([
      send({ clientMsgId: 'same', body: 'a' }),
      log.append(messageFrom('bob', room, { clientMsgId: 'same', body: 'b' })),
      log.append(messageFrom('alice', elsewhere, { clientMsgId: 'same', body: 'c' })),
    ]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['stored', 'stored', 'stored']);
  });

  it('stores 500 concurrent sends of 250 ids as 250 messages without holes', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `id-${index}`);
    const outcomes = await Promise.all(
      [...ids, ...ids].map((clientMsgId) => send({ clientMsgId, body: 'x' })),
    );
    const places = outcomes.map((outcome) => 'message' in outcome && outcome.message.seq);
    expect(places.slice(250)).toEqual(places.slice(0, 250));
    expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(250);
    expect(await seqsOf(room)).toEqual(ids.map((_, index) => index + 1));
  });

  it('numbers each room by itself when a batch mixes rooms, and takes no number for what it refuses', async () => {
    const other = fresh('room');
    await rooms.create({ id: other, kind: 'public', owner: 'bob' }, 1_000);
    const batch = Array.from({ length: 60 }, (_, index) =>
      messageFrom(index % 3 === 0 ? 'mallory' : 'alice', index % 2 === 0 ? room : other, {}),
    );
    const outcomes = await Promise.all(batch.map((message) => log.append(message)));
    expect(outcomes.filter(({ outcome }) => outcome === 'stored')).toHaveLength(20);
    expect(outcomes.filter(({ outcome }) => outcome === 'forbidden')).toHaveLength(40);
    expect(await seqsOf(room)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await seqsOf(other)).toEqual([]);
  });

  it('refuses who may not write, unless it is the back office', async () => {
    await change({ action: 'added', user: 'reader', role: 'reader' });
    await change({ action: 'added', user: 'gone' });
    await change({ action: 'kicked', user: 'gone' });
    await change({ action: 'banned', user: 'banned' });
    for (const from of ['stranger', 'Alice', 'reader', 'gone', 'banned']) {
      expect(await log.append(messageFrom(from, room))).toEqual({ outcome: 'forbidden' });
    }
    expect(await log.append(messageFrom('alice', 'no-such-room'))).toEqual({ outcome: 'forbidden' });
    const system = { isSystem: true };
    expect(await log.append(messageFrom('api-key:ci', 'no-such-room', system))).toEqual({
      outcome: 'forbidden',
    });
    expect(await log.append(messageFrom('api-key:ci', room, system))).toMatchObject({ outcome: 'stored' });
  });

  it('refuses a muted member until the mute ends, but not the retry of an earlier send', async () => {
    const first = await send({ clientMsgId: 'before', body: 'b', time: 5_000 });
    await change({ action: 'muted', user: 'alice', until: 10_000 });
    expect(await send({ time: 9_999 })).toEqual({ outcome: 'muted', until: 10_000 });
    expect(await send({ clientMsgId: 'before', body: 'b', time: 9_999 })).toEqual({
      ...first,
      outcome: 'duplicate',
    });
    expect(await send({ time: 10_000 })).toMatchObject({ outcome: 'stored' });
    await change({ action: 'muted', user: 'alice' });
    expect(await send({ time: 9e12 })).toEqual({ outcome: 'muted', until: undefined });
    await change({ action: 'left', user: 'alice' });
    expect(await send({ clientMsgId: 'before', body: 'b' })).toMatchObject({ outcome: 'duplicate' });
  });

  it('makes a direct room with its first message, for its two users only', async () => {
    const id = fresh('dm');
    const hello = messageFrom('bob', id, { to: 'alice', time: 7_000 });
    const answer = messageFrom('alice', id, { to: 'bob' });
    const outcomes = await Promise.all([hello, answer].map((message) => log.append(message)));
    expect(outcomes).toMatchObject([
      { outcome: 'stored', message: { seq: 1, to: 'alice' } },
      { outcome: 'stored', message: { seq: 2, to: 'bob' } },
    ]);
    expect(await rooms.find(id)).toMatchObject({ kind: 'direct', epoch: expect.any(Number), head: 2 });
    expect([...(await rooms.find(id))!.peers!].toSorted()).toEqual(['alice', 'bob']);
    expect((await rooms.members(id, '', 10))!.map(({ user }) => user)).toEqual(['alice', 'bob']);
    expect(await log.append(messageFrom('alice', id))).toMatchObject({ outcome: 'stored' });
    expect(await log.append(messageFrom('carol', id))).toEqual({ outcome: 'forbidden' });
    expect(await log.append(messageFrom('carol', id, { to: 'alice' }))).toEqual({ outcome: 'forbidden' });
    expect(await log.append(messageFrom('alice', id, { to: 'carol' }))).toEqual({ outcome: 'forbidden' });
    expect(await send({ to: 'bob' })).toEqual({ outcome: 'forbidden' });
  });

  it('tells a retry that goes to somebody else apart', async () => {
    const id = fresh('dm');
    const message = messageFrom('bob', id, { to: 'alice', body: 'hello' });
    await log.append(message);
    expect(await log.append({ ...message, to: undefined })).toEqual({ outcome: 'conflict' });
    expect(await log.append(message)).toMatchObject({ outcome: 'duplicate', message: { to: 'alice' } });
  });

  it('finds a send by all that was sent, as a repeated append would', async () => {
    const id = fresh('dm');
    const sent = messageFrom('alice', id, {
      to: 'bob',
      sentBody: 'darn',
      body: '****',
      meta: { a: 1, b: 2 },
    });
    const { message } = (await log.append(sent)) as { message: unknown };
    const { room: dm, from, clientMsgId, sentBody, to } = sent;
    const retry = { room: dm, from, clientMsgId, sentBody, to, meta: { b: 2, a: 1 } };
    expect(await log.findSend(retry)).toEqual({ outcome: 'duplicate', message });
    for (const other of [{ sentBody: '****' }, { meta: { a: 1 } }, { meta: undefined }, { to: undefined }]) {
      expect(await log.findSend({ ...retry, ...other })).toEqual({ outcome: 'conflict' });
    }
  });

  it('finds nothing under a key that was not sent', async () => {
    await send({ clientMsgId: 'a' });
    const never = messageFrom('alice', room, { clientMsgId: 'b' });
    expect(await log.findSend(never)).toBeUndefined();
    expect(await log.findSend({ ...never, from: 'bob', clientMsgId: 'a' })).toBeUndefined();
    expect(await log.findSend({ ...never, room: 'no-such-room', clientMsgId: 'a' })).toBeUndefined();
  });

  it('commits a hook with messages to those who may be offline, and once', async () => {
    const message = messageFrom('alice', room, { notifyAt: 500 });
    await Promise.all([log.append(message), log.append(message)]);
    const hall = fresh('hall');
    await rooms.create({ id: hall, kind: 'public', owner: 'alice' }, 1_000);
    await log.append(messageFrom('alice', hall, { notifyAt: 500 }));
    await send();
    const jobs = await store().hooks.take(600, 1_000, 100);
    expect(jobs.filter((job) => job.room === room || job.room === hall)).toEqual([
      { id: expect.any(String), kind: 'chat', room, seq: 1, attempts: expect.any(Number) },
    ]);
  });
});
