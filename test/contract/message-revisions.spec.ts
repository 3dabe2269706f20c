import { beforeEach, expect, it } from '@jest/globals';
import type { ChatDeletion, ChatEdit, RoomEntry } from '../../src/protocol/chat.js';
import type { MessageStore, ReviseOutcome, Revision } from '../../src/ports/message-store.port.js';
import type { MemberChange, RoomStore } from '../../src/ports/room-store.port.js';
import { memberChange, messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('MessageStore.edit and delete', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;
  let room: string;

  /** The room's log begins with two changes of members and a message of `bob` at 3. */
  beforeEach(async () => {
    ({ rooms, messages: log } = store());
    room = fresh('room');
    await rooms.create({ id: room, kind: 'private', owner: 'olga' }, 1_000);
    await change({ user: 'max', role: 'moderator' });
    await change({ user: 'bob' });
    await log.append(
      messageFrom('bob', room, {
        time: 2_000,
        body: 'first',
        meta: { a: 1 },
        clientMsgId: 'key',
        id: 'the-id',
      }),
    );
  });

  const change = (fields: Partial<MemberChange>): Promise<unknown> =>
    rooms.changeMember(memberChange(room, fields));
  const revision = (by: string, fields: Partial<Revision> = {}): Revision => ({
    room,
    target: 3,
    by,
    time: 5_000,
    notBefore: 0,
    isSystem: false,
    ...fields,
  });
  const edit = (by: string, body: string, fields?: Partial<Revision>): Promise<ReviseOutcome<ChatEdit>> =>
    log.edit({ ...revision(by, fields), body });
  const remove = (by: string, fields?: Partial<Revision>): Promise<ReviseOutcome<ChatDeletion>> =>
    log.delete(revision(by, fields));
  const entryAt = async (seq: number): Promise<RoomEntry | undefined> =>
    (await log.page(room, { since: seq - 1, limit: 1 }))!.messages[0];
  const FORBIDDEN = { outcome: 'forbidden' };
  const NOT_FOUND = { outcome: 'not_found' };

  it('edits in place and logs the edit with a number of its own', async () => {
    const entry = { type: 'edit', room, seq: 4, from: 'bob', time: 5_000, target: 3, body: 'second' };
    expect(await edit('bob', 'second')).toEqual({ outcome: 'revised', entry });
    expect(await entryAt(4)).toEqual(entry);
    expect(await entryAt(3)).toEqual({
      type: 'message',
      room,
      seq: 3,
      id: 'the-id',
      from: 'bob',
      clientMsgId: 'key',
      time: 2_000,
      body: 'second',
      meta: { a: 1 },
      editedAt: 5_000,
    });
    expect((await rooms.find(room))!.head).toBe(4);
  });

  it('keeps only the newest body', async () => {
    await edit('bob', 'second');
    await edit('bob', 'third', { time: 6_000 });
    await edit('bob', 'first', { time: 7_000 });
    const { messages } = (await log.page(room, { since: 2, limit: 9 }))!;
    expect(messages.map((entry) => 'body' in entry && entry.body)).toEqual(['first', null, null, 'first']);
    expect(messages[0]).toMatchObject({ editedAt: 7_000 });
  });

  it('makes a tombstone, and nothing that was said stays', async () => {
    await edit('bob', 'second');
    const entry = { type: 'deletion', room, seq: 5, from: 'bob', time: 6_000, target: 3 };
    expect(await remove('bob', { time: 6_000 })).toEqual({ outcome: 'revised', entry });
    expect(await entryAt(5)).toEqual(entry);
    const tombstone = await entryAt(3);
    expect(tombstone).toMatchObject({ seq: 3, id: 'the-id', body: null, editedAt: 5_000, deletedAt: 6_000 });
    expect(tombstone).not.toHaveProperty('meta');
    const { messages } = (await log.page(room, { limit: 50 }))!;
    expect(JSON.stringify(messages)).not.toMatch(/first|second/);
  });

  it('answers the retry of a send with the message as it stands now', async () => {
    const retry = messageFrom('bob', room, {
      clientMsgId: 'key',
      body: 'first',
      meta: { a: 1 },
      time: 9_000,
    });
    await edit('bob', 'second');
    expect(await log.append(retry)).toEqual({ outcome: 'duplicate', message: await entryAt(3) });
    await remove('bob');
    expect(await log.append(retry)).toEqual({ outcome: 'duplicate', message: await entryAt(3) });
    expect(await log.findSend(retry)).toMatchObject({ message: { body: null, deletedAt: 5_000 } });
  });

  it('logs nothing when it says so already', async () => {
    expect(await edit('bob', 'first')).toEqual({ outcome: 'unchanged' });
    await remove('bob');
    expect(await remove('max')).toEqual({ outcome: 'unchanged' });
    expect(await edit('bob', 'again')).toEqual(NOT_FOUND);
    expect((await rooms.find(room))!.head).toBe(4);
  });

  it('lets the author edit, and nobody else but the back office', async () => {
    for (const by of ['olga', 'max', 'Bob', 'stranger']) {
      expect(await edit(by, 'mine')).toEqual(FORBIDDEN);
    }
    expect(await edit('api-key:ci', 'ours', { isSystem: true })).toMatchObject({ outcome: 'revised' });
  });

  it('lets moderators delete what others said', async () => {
    await change({ user: 'mia' });
    expect(await remove('mia')).toEqual(FORBIDDEN);
    expect(await remove('stranger')).toEqual(FORBIDDEN);
    expect(await remove('max', { notBefore: 9_000 })).toMatchObject({ outcome: 'revised' });
    await log.append(messageFrom('olga', room));
    expect(await remove('max', { target: 6 })).toMatchObject({ outcome: 'revised' });
    await log.append(messageFrom('max', room));
    await change({ user: 'max', action: 'kicked' });
    expect(await remove('max', { target: 8 })).toEqual(FORBIDDEN);
    expect(await remove('olga', { target: 8 })).toMatchObject({ outcome: 'revised' });
    await log.append(messageFrom('olga', room));
    expect(await remove('api-key:ci', { target: 11, isSystem: true })).toMatchObject({ outcome: 'revised' });
  });

  it('closes the window of the author', async () => {
    expect(await edit('bob', 'late', { notBefore: 2_000 })).toEqual(FORBIDDEN);
    expect(await remove('bob', { notBefore: 2_000 })).toEqual(FORBIDDEN);
    expect(await edit('bob', 'in time', { notBefore: 1_999 })).toMatchObject({ outcome: 'revised' });
  });

  it.each([
    { action: 'muted' },
    { action: 'kicked' },
    { action: 'banned' },
    { action: 'left' },
    { action: 'role', role: 'reader' },
  ] as const)('takes the right to revise from an author: %j', async (fields) => {
    await change({ user: 'bob', ...fields });
    expect(await edit('bob', 'mine')).toEqual(FORBIDDEN);
    expect(await remove('bob')).toEqual(FORBIDDEN);
  });

  it('gives the right back when the mute is over', async () => {
    await change({ user: 'bob', action: 'muted', until: 4_000 });
    expect(await edit('bob', 'mine', { time: 3_999 })).toEqual(FORBIDDEN);
    expect(await edit('bob', 'mine', { time: 4_000 })).toMatchObject({ outcome: 'revised' });
  });

  it('revises messages only', async () => {
    await edit('bob', 'second');
    for (const target of [0, 1, 2, 4, 99, -1]) {
      expect(await edit('bob', 'x', { target })).toEqual(NOT_FOUND);
      expect(await remove('max', { target })).toEqual(NOT_FOUND);
      expect(await remove('stranger', { target })).toEqual(FORBIDDEN);
    }
    expect(await edit('bob', 'x', { room: 'no-such-room' })).toEqual(FORBIDDEN);
    expect(await remove('x', { room: 'no-such-room', isSystem: true })).toEqual(NOT_FOUND);
  });

  it('finds no message that was trimmed, and still pages its edit', async () => {
    await edit('bob', 'second');
    await log.trim({ before: 2_001, maxPerRoom: 1 });
    expect(await edit('bob', 'third')).toEqual(NOT_FOUND);
    expect(await entryAt(4)).toMatchObject({ type: 'edit', body: 'second' });
  });

  it('lets one of two edits come last', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, index) => edit('bob', `body ${index}`)));
    const { messages } = (await log.page(room, { since: 2, limit: 50 }))!;
    const bodies = messages.map((entry) =>
      entry.type === 'member' ? 'none' : 'body' in entry && entry.body,
    );
    expect(bodies.filter((body) => body !== null)).toEqual([bodies[0], bodies.at(-1)]);
    expect(bodies[0]).toBe(bodies.at(-1));
    expect(messages.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
  });
});
