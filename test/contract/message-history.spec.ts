import { beforeEach, expect, it } from '@jest/globals';
import type { PageRequest, MessageStore } from '../../src/ports/message-store.port.js';
import type { RoomStore } from '../../src/ports/room-store.port.js';
import { messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

const DAY_MS = 24 * 60 * 60 * 1000;

let now = 0;

onEveryStore('MessageStore.page and trim', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;
  let room: string;

  beforeEach(async () => {
    ({ rooms, messages: log } = store());
    room = fresh('room');
    // Every test is later than what those before it left behind.
    now += 10 * DAY_MS;
    await rooms.create({ id: room, kind: 'private', owner: 'alice' }, 1_000);
  });

  const fill = (count: number, time = now): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => log.append(messageFrom('alice', room, { time }))));
  const page = async (request: PageRequest): Promise<unknown> => {
    const { messages, ...bounds } = (await log.page(room, request))!;
    return { seqs: messages.map(({ seq }) => seq), ...bounds };
  };
  const trim = (before: number, maxPerRoom = 0): Promise<number> => log.trim({ before, maxPerRoom });

  it('gives an empty page of an empty room, and none of a room that is not there', async () => {
    const empty = { seqs: [], first: 1, head: 0, epoch: 1_000, more: false };
    for (const request of [{ limit: 5 }, { since: 0, limit: 5 }, { before: 9, limit: 5 }]) {
      expect(await page(request)).toEqual(empty);
    }
    expect(await log.page('no-such-room', { limit: 5 })).toBeUndefined();
  });

  it.each([
    [{ limit: 3 }, [8, 9, 10], true],
    [{ limit: 10 }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
    [{ since: 0, limit: 3 }, [1, 2, 3], true],
    [{ since: 7, limit: 3 }, [8, 9, 10], false],
    [{ since: 10, limit: 3 }, [], false],
    [{ since: 99, limit: 3 }, [], false],
    [{ before: 5, limit: 3 }, [2, 3, 4], true],
    [{ before: 4, limit: 3 }, [1, 2, 3], false],
    [{ before: 1, limit: 3 }, [], false],
    [{ before: 99, limit: 1 }, [10], true],
  ])('pages %j of ten entries', async (request, seqs, more) => {
    await fill(10);
    expect(await page(request)).toEqual({ seqs, first: 1, head: 10, epoch: 1_000, more });
  });

  it('gives bounds that belong to the entries while others write and trim', async () => {
    await fill(50);
    const writing = Array.from({ length: 10 }, async () => {
      await fill(20);
      await trim(0, 30);
    });
    const reading = Array.from({ length: 60 }, async () => {
      const { messages, first, head, more } = (await log.page(room, { limit: 500 }))!;
      expect([messages[0]!.seq, messages.at(-1)!.seq, messages.length]).toEqual([
        first,
        head,
        head - first + 1,
      ]);
      expect(more).toBe(false);
    });
    await Promise.all([...writing, ...reading]);
    expect((await rooms.find(room))!.head).toBe(250);
  });

  it('removes entries that are too old and raises the first, without a hole', async () => {
    await trim(now - 100);
    await fill(3, now - 100);
    await fill(1, now);
    await fill(2, now - 100);
    expect(await trim(now)).toBe(3);
    expect(await page({ since: 0, limit: 10 })).toMatchObject({
      seqs: [4, 5, 6],
      first: 4,
      head: 6,
      more: false,
    });
    expect(await trim(now)).toBe(0);
    expect(await trim(now + 1)).toBe(3);
    expect(await page({ limit: 10 })).toMatchObject({ seqs: [], first: 7, head: 6 });
    await fill(1);
    expect(await page({ limit: 10 })).toMatchObject({ seqs: [7], first: 7, head: 7 });
  });

  it('removes what is beyond the bound of every room, however much that is', async () => {
    const other = fresh('room');
    await rooms.create({ id: other, kind: 'private', owner: 'alice' }, 1_000);
    await log.append(messageFrom('alice', other));
    await fill(2_105);
    expect(await trim(0, 100)).toBe(2_005);
    expect(await page({ limit: 1 })).toMatchObject({ first: 2_006, head: 2_105 });
    expect((await log.page(other, { limit: 1 }))!.first).toBe(1);
    expect(await trim(0, 100)).toBe(0);
    expect(await trim(0, 0)).toBe(0);
  });

  it('knows a repeated send whose entry is gone', async () => {
    const message = messageFrom('alice', room, { time: now, meta: { a: 1 } });
    await log.append(message);
    await trim(now + 1);
    const known = {
      type: 'message',
      room,
      seq: 1,
      id: message.id,
      from: 'alice',
      clientMsgId: message.clientMsgId,
      time: now,
      body: null,
    };
    expect(await log.append({ ...message, id: 'other', time: now + 5 })).toEqual({
      outcome: 'duplicate',
      message: known,
    });
    expect(await log.findSend(message)).toEqual({ outcome: 'duplicate', message: known });
    expect(await log.append({ ...message, sentBody: 'other' })).toEqual({ outcome: 'conflict' });
    expect((await rooms.find(room))!.head).toBe(1);
  });

  it('keeps the key of a send for 24 hours', async () => {
    const message = messageFrom('alice', room, { time: now });
    await log.append(message);
    await fill(1, now + DAY_MS);
    await trim(now + 2 * DAY_MS);
    expect(await log.append(message)).toMatchObject({ outcome: 'duplicate' });
    await fill(1, now + DAY_MS + 1);
    await trim(0);
    expect(await log.append(message)).toMatchObject({ outcome: 'stored', message: { seq: 4 } });
  });

  it('counts nothing as unread that is gone', async () => {
    await Promise.all(
      [1, 2, 3].map(() => log.append(messageFrom('api-key:ci', room, { isSystem: true, time: now }))),
    );
    expect(await rooms.markRead(room, 'alice', 0)).toMatchObject({ unread: 3 });
    await trim(0, 1);
    expect(await rooms.markRead(room, 'alice', 0)).toMatchObject({ unread: 1 });
  });
});
