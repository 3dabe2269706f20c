import { beforeEach, expect, it } from '@jest/globals';
import { MAX_UNREAD } from '../../src/protocol/chat.js';
import type { MessageStore } from '../../src/ports/message-store.port.js';
import type { RoomStore } from '../../src/ports/room-store.port.js';
import { memberChange, messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('RoomStore', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;
  let hall: string;
  let club: string;

  beforeEach(async () => {
    ({ rooms, messages: log } = store());
    hall = fresh('hall');
    club = fresh('club');
    await rooms.create(
      { id: hall, kind: 'public', title: 'Hall', slowModeSeconds: 5, owner: 'alice' },
      1_000,
    );
    await rooms.create({ id: club, kind: 'private' }, 1_000);
  });

  const enter = (id: string, user: string, maxMembers = 0): ReturnType<RoomStore['enter']> =>
    rooms.enter(id, user, { time: 4_000, maxMembers });
  const fill = (room: string, from: string, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => log.append(messageFrom(from, room, { isSystem: true }))));

  it('creates a room once, with its owner as first member', async () => {
    expect(await rooms.create({ id: hall, kind: 'private', title: 'Mine', owner: 'mallory' }, 2_000)).toBe(
      false,
    );
    expect(await rooms.find(hall)).toEqual({
      id: hall,
      kind: 'public',
      title: 'Hall',
      epoch: 1_000,
      slowModeSeconds: 5,
      head: 0,
      first: 1,
      createdAt: 1_000,
      peers: undefined,
    });
    expect(await rooms.members(hall, '', 10)).toEqual([
      {
        user: 'alice',
        role: 'owner',
        joinedAt: 1_000,
        mutedUntil: undefined,
        bannedUntil: undefined,
        read: 0,
        isActive: true,
      },
    ]);
    expect(await rooms.members(club, '', 10)).toEqual([]);
    expect(await rooms.find('no-such-room')).toBeUndefined();
    expect(await rooms.members('no-such-room', '', 10)).toBeUndefined();
    expect(await rooms.member(hall, 'bob')).toBeUndefined();
  });

  it('lets one of many concurrent creations win', async () => {
    const id = fresh('room');
    const users = Array.from({ length: 20 }, (_, index) => `user-${index}`);
    const made = await Promise.all(users.map((owner) => rooms.create({ id, kind: 'private', owner }, 1_000)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect((await rooms.members(id, '', 50))!.map(({ user }) => user)).toEqual([users[made.indexOf(true)]]);
  });

  it('changes what a patch names and nothing else', async () => {
    expect(await rooms.update(hall, { slowModeSeconds: 0 })).toMatchObject({
      kind: 'public',
      slowModeSeconds: 0,
      title: 'Hall',
    });
    expect(await rooms.update(hall, { kind: 'private', title: 'Club' })).toMatchObject({
      kind: 'private',
      title: 'Club',
    });
    expect(await rooms.update(hall, {})).toEqual(await rooms.find(hall));
    expect(await rooms.update('no-such-room', { title: 'x' })).toBeUndefined();
  });

  it('removes a room with its log, members and keys; a new one starts anew', async () => {
    const message = messageFrom('alice', hall, { clientMsgId: 'again' });
    await log.append(message);
    await fill(hall, 'alice', 1_200);
    const neighbour = `${hall}0`;
    await rooms.create({ id: neighbour, kind: 'public', owner: 'alice' }, 1_000);
    const kept = messageFrom('alice', neighbour, { clientMsgId: 'kept' });
    await log.append(kept);

    expect(await rooms.remove(hall)).toBe(true);
    expect(await rooms.remove(hall)).toBe(false);
    expect(await log.page(hall, { limit: 10 })).toBeUndefined();
    expect(await enter(hall, 'alice')).toBeUndefined();
    expect(await log.findSend(message)).toBeUndefined();
    expect(await log.findSend(kept)).toBeDefined();

    await rooms.create({ id: hall, kind: 'public', owner: 'alice' }, 1_001);
    expect(await rooms.find(hall)).toMatchObject({ epoch: 1_001, head: 0, first: 1 });
    expect(await log.append(message)).toMatchObject({ outcome: 'stored', message: { seq: 1 } });
  });

  it('lists rooms that are not direct by id, byte for byte, page by page', async () => {
    const prefix = fresh('list');
    const ids = ['-B', '-a', '-b', '0', '_', 'a', 'ä'].map((end) => prefix + end);
    await Promise.all(ids.map((id) => rooms.create({ id, kind: 'public' }, 1)));
    await rooms.openDirect(`${prefix}-c`, ['alice', 'bob'], 1);
    const first = await rooms.list(prefix, 4);
    const rest = await rooms.list(first.at(-1)!.id, 3);
    expect([...first, ...rest].map(({ id }) => id)).toEqual(ids);
  });

  it('opens a direct room once, for both', async () => {
    const id = fresh('dm');
    const opened = await Promise.all(
      [1, 2, 3, 4].map((time) => rooms.openDirect(id, ['alice', 'bob'], time)),
    );
    expect(new Set(opened.map(({ epoch }) => epoch)).size).toBe(1);
    expect(opened[0]).toMatchObject({ id, kind: 'direct', peers: ['alice', 'bob'], head: 0 });
    expect(await rooms.update(id, { title: 'x' })).toBeUndefined();
    for (const user of ['alice', 'bob']) {
      expect(await enter(id, user)).toMatchObject({ member: { user, role: 'member', isActive: true } });
    }
    expect(await enter(id, 'carol')).toBeUndefined();
    expect((await rooms.roomsOf('bob', '', 500)).find(({ room }) => room === id)).toMatchObject({
      peer: 'alice',
    });
  });

  it('takes a stranger into a public room with nothing unread, and logs nothing', async () => {
    await fill(hall, 'alice', 3);
    expect(await enter(hall, 'bob')).toMatchObject({
      room: { id: hall, head: 3 },
      member: { user: 'bob', role: 'member', joinedAt: 4_000, read: 3, isActive: true },
      unread: 0,
    });
    await fill(hall, 'alice', 2);
    expect(await enter(hall, 'bob')).toMatchObject({ room: { head: 5 }, member: { read: 3 }, unread: 2 });
    expect(await enter(hall, 'Bob')).toMatchObject({ unread: 0 });
  });

  it('takes nobody else into a private room', async () => {
    expect(await enter(club, 'bob')).toBeUndefined();
    expect(await enter('no-such-room', 'bob')).toBeUndefined();
    await rooms.changeMember(memberChange(club, { user: 'bob' }));
    expect(await enter(club, 'bob')).toMatchObject({ member: { user: 'bob' } });
  });

  it('holds the bound of members, whoever comes at the same time', async () => {
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}`);
    const entered = await Promise.all(users.map((user) => enter(hall, user, 5)));
    expect(entered.filter((outcome) => outcome === 'full')).toHaveLength(8);
    expect(await rooms.members(hall, '', 50)).toHaveLength(5);
    expect(await enter(hall, 'alice', 5)).toMatchObject({ member: { role: 'owner' } });
  });

  it('lists active members by name, byte for byte, page by page', async () => {
    const users = ['Zoe', 'abel', 'alice', 'bob', 'Émile'];
    for (const user of users) {
      await enter(hall, user);
    }
    await rooms.changeMember(memberChange(hall, { user: 'bob', action: 'kicked' }));
    const first = (await rooms.members(hall, '', 2))!;
    const rest = (await rooms.members(hall, first[1]!.user, 9))!;
    expect([...first, ...rest].map(({ user }) => user)).toEqual(['Zoe', 'abel', 'alice', 'Émile']);
    expect(await rooms.members(hall, 'Émile', 9)).toEqual([]);
  });

  it('moves the read marker up only, and never above the head', async () => {
    await enter(hall, 'bob');
    await fill(hall, 'alice', 4);
    expect(await rooms.markRead(hall, 'bob', 3)).toEqual({ read: 3, unread: 1, head: 4, moved: true });
    expect(await rooms.markRead(hall, 'bob', 2)).toEqual({ read: 3, unread: 1, head: 4, moved: false });
    expect(await rooms.markRead(hall, 'bob', 3)).toEqual({ read: 3, unread: 1, head: 4, moved: false });
    expect(await rooms.markRead(hall, 'bob', 5)).toBe('ahead');
    expect(await rooms.markRead(hall, 'carol', 1)).toBeUndefined();
    expect(await rooms.markRead('no-such-room', 'bob', 1)).toBeUndefined();
    await Promise.all([4, 1, 2].map((seq) => rooms.markRead(hall, 'bob', seq)));
    expect(await rooms.member(hall, 'bob')).toMatchObject({ read: 4 });
    await rooms.changeMember(memberChange(hall, { user: 'bob', action: 'kicked' }));
    expect(await rooms.markRead(hall, 'bob', 4)).toBeUndefined();
  });

  it('counts as unread what others said and have not deleted', async () => {
    await enter(hall, 'bob');
    await fill(hall, 'alice', 3);
    await log.append(messageFrom('bob', hall));
    await log.delete({ room: hall, target: 2, by: 'x', time: 1, notBefore: 0, isSystem: true });
    await log.edit({ room: hall, target: 3, by: 'x', time: 1, notBefore: 0, isSystem: true, body: 'edited' });
    expect(await enter(hall, 'bob')).toMatchObject({ unread: 2 });
    expect(await rooms.markRead(hall, 'bob', 1)).toMatchObject({ unread: 1 });
  });

  it('counts no further than the largest count', async () => {
    await enter(hall, 'bob');
    await fill(hall, 'alice', MAX_UNREAD + 5);
    expect(await rooms.markRead(hall, 'bob', 2)).toMatchObject({ unread: MAX_UNREAD });
    expect(await rooms.markRead(hall, 'bob', 6)).toMatchObject({ unread: MAX_UNREAD - 1 });
  });
});
