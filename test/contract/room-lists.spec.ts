import { beforeEach, expect, it } from '@jest/globals';
import type { MessageStore } from '../../src/ports/message-store.port.js';
import type { RoomStore } from '../../src/ports/room-store.port.js';
import { memberChange, messageFrom } from '../harness/chat-fixtures.js';
import { fresh, onEveryStore } from '../harness/chat-stores.js';

onEveryStore('what a RoomStore knows of a user', (store) => {
  let rooms: RoomStore;
  let log: MessageStore;

  beforeEach(() => {
    ({ rooms, messages: log } = store());
  });

  const enter = (id: string, user: string): ReturnType<RoomStore['enter']> =>
    rooms.enter(id, user, { time: 4_000, maxMembers: 0 });
  const fill = (room: string, from: string, count: number): Promise<unknown> =>
    Promise.all(Array.from({ length: count }, () => log.append(messageFrom(from, room, { isSystem: true }))));

  it('lists the rooms of a user with what is unread in each, page by page', async () => {
    const user = fresh('user');
    const ids = [fresh('a'), fresh('b'), fresh('c')];
    for (const id of ids) {
      await rooms.create({ id, kind: 'public', title: id }, 1_000);
      await enter(id, user);
    }
    await fill(ids[1]!, 'alice', 2);
    await rooms.changeMember(memberChange(ids[0]!, { user, action: 'left', by: user }));
    expect(await rooms.roomsOf(user, '', 10)).toEqual([
      {
        room: ids[1],
        kind: 'public',
        title: ids[1],
        role: 'member',
        epoch: 1_000,
        head: 2,
        read: 0,
        unread: 2,
      },
      {
        room: ids[2],
        kind: 'public',
        title: ids[2],
        role: 'member',
        epoch: 1_000,
        head: 0,
        read: 0,
        unread: 0,
      },
    ]);
    expect((await rooms.roomsOf(user, ids[1]!, 10)).map(({ room }) => room)).toEqual([ids[2]]);
    expect(await rooms.roomsOf(user, '', 1)).toHaveLength(1);
  });

  it('names who wrote to a user in direct rooms they are in', async () => {
    const user = fresh('user');
    const write = async (from: string, to: string): Promise<void> => {
      const id = [from, to].toSorted().join('+');
      expect(await log.append(messageFrom(from, id, { to }))).toMatchObject({ outcome: 'stored' });
    };
    await rooms.openDirect(`silent+${user}`, [user, 'silent'], 1_000);
    await write(user, 'deaf');
    await write('zoe', user);
    await write('abe', user);
    await write(user, 'abe');
    await write('abe', 'zoe');
    const hall = fresh('hall');
    await rooms.create({ id: hall, kind: 'public', owner: 'alice' }, 1_000);
    await enter(hall, user);
    await fill(hall, 'alice', 1);
    expect((await rooms.peersOf(user)).toSorted()).toEqual(['abe', 'zoe']);
    expect(await rooms.peersOf('deaf')).toContain(user);
    expect(await rooms.peersOf(fresh('nobody'))).toEqual([]);
  });
});
