import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { FakeWriter } from '../../../test/harness/fake.writer.js';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { RoomStore } from '../../ports/room-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { RoomEntry, RoomSummary } from '../../protocol/chat.js';
import { UnreadWatch } from './unread-watch.js';

const summary = (room: string, unread: number, head: number): RoomSummary => ({
  room,
  kind: 'private',
  role: 'member',
  epoch: 1,
  head,
  read: head - unread,
  unread,
});

let fixture: HubFixture;
let watch: UnreadWatch;
/** What the store would count; undefined: no member. */
let counted: number | undefined;
/** Newest entry published. */
let head: number;
let isAway: boolean;
let counts: number;

beforeEach(() => {
  Logger.overrideLogger(false);
  fixture = new HubFixture();
  counted = 0;
  head = 0;
  isAway = false;
  counts = 0;
  const rooms = {
    markRead: () => {
      counts += 1;
      if (isAway) {
        return Promise.reject(new StoreUnavailable());
      }
      return Promise.resolve(
        counted === undefined ? undefined : { read: 5, unread: counted, head, moved: false },
      );
    },
  } as unknown as RoomStore;
  watch = new UnreadWatch(fixture.hub, rooms, fixture.clock, fixture.order);
  watch.onApplicationBootstrap();
});

afterEach(() => {
  jest.restoreAllMocks();
});

const happen = (
  entry: Partial<RoomEntry> & { seq: number; type: RoomEntry['type'] },
  users: readonly string[] = [],
): Promise<void> => {
  head = entry.seq;
  return fixture.publisher.publish({
    channels: users.map((user) => `user:${user}`),
    event: 'x',
    data: { room: 'ops', from: 'bob', time: 1, ...entry },
    position: { log: `chat:${entry.room ?? 'ops'}`, seq: entry.seq },
  });
};

const pushes = async (writer: FakeWriter): Promise<unknown[]> => {
  fixture.clock.advance(250);
  await turn();
  await turn();
  return writer.messages.filter(({ event }) => event === 'chat.unread').map(({ data }) => data as unknown);
};

describe('unread counters', () => {
  it('grow with messages of others, gathered into one push for each device', async () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    watch.watch(phone.session, [summary('ops', 2, 5)]);
    watch.watch(desktop.session, [summary('ops', 2, 5)]);
    await happen({ type: 'message', seq: 6 });
    await happen({ type: 'message', seq: 7, from: 'alice' });
    await happen({ type: 'message', seq: 8 });
    const expected = [{ room: 'ops', head: 8, unread: 4 }];
    expect(await pushes(phone.writer)).toEqual(expected);
    expect(await pushes(desktop.writer)).toEqual(expected);
    expect(counts).toBe(0);
  });

  it('are counted by the store after a deletion, and told when it is back', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 3, 5), summary('dev', 0, 5)]);
    isAway = true;
    await happen({ type: 'deletion', seq: 6, target: 5 });
    expect(await pushes(writer)).toEqual([]);
    await happen({ type: 'message', seq: 6, room: 'dev' });
    expect(await pushes(writer)).toEqual([{ room: 'dev', head: 6, unread: 1 }]);
    expect(warn).toHaveBeenCalledTimes(1);
    isAway = false;
    counted = 2;
    expect((await pushes(writer)).slice(1)).toEqual([{ room: 'ops', head: 6, unread: 2 }]);
    expect(await pushes(writer)).toHaveLength(2);
  });

  it('ask a store that is away once a round, whoever needs it', async () => {
    for (const user of ['alice', 'carol', 'dave']) {
      watch.watch(fixture.open(user).session, [summary('ops', 3, 5)]);
    }
    isAway = true;
    await happen({ type: 'deletion', seq: 6, target: 5 });
    await pushes(fixture.open('alice').writer);
    expect(counts).toBe(1);
    isAway = false;
    await pushes(fixture.open('alice').writer);
    expect(counts).toBe(4);
  });

  it('go on after a push that threw, with those that were still to come', async () => {
    const [alice, carol] = [fixture.open('alice'), fixture.open('carol')];
    watch.watch(alice.session, [summary('ops', 0, 5)]);
    watch.watch(carol.session, [summary('ops', 0, 5)]);
    jest.spyOn(alice.session, 'push').mockImplementationOnce(() => {
      throw new Error('broken');
    });
    await happen({ type: 'message', seq: 6 });
    expect(await pushes(carol.writer)).toEqual([]);
    expect(await pushes(carol.writer)).toEqual([{ room: 'ops', head: 6, unread: 1 }]);
    await happen({ type: 'message', seq: 7 });
    expect(await pushes(alice.writer)).toEqual([{ room: 'ops', head: 7, unread: 2 }]);
  });

  it('follow a read', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 3, 5)]);
    watch.recounted('alice', 'ops', { unread: 0, head: 5, read: 5 });
    expect(await pushes(writer)).toEqual([]);
    await happen({ type: 'message', seq: 6 });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 6, unread: 1 }]);
  });

  it('begin for a room that was not in the list: a first direct message', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, []);
    counted = 1;
    await happen({ type: 'message', seq: 1, room: 'dm:x' }, ['alice', 'bob']);
    expect(await pushes(writer)).toEqual([{ room: 'dm:x', head: 1, unread: 1 }]);
  });

  it('begin with an invitation', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, []);
    await happen({ type: 'member', seq: 9, user: 'alice', action: 'added' });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 9, unread: 0 }]);
  });

  it.each(['left', 'removed', 'kicked', 'banned'] as const)('end with the membership: %s', async (action) => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    await happen({ type: 'message', seq: 6 });
    await happen({ type: 'member', seq: 7, user: 'alice', action });
    await happen({ type: 'message', seq: 8 });
    expect(await pushes(writer)).toEqual([]);
    expect(counts).toBe(0);
  });

  it('stand when the membership ended before the store counted', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    await happen({ type: 'member', seq: 5, user: 'alice', action: 'kicked' });
    await happen({ type: 'message', seq: 6 });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 6, unread: 1 }]);
  });

  it('end when the store knows the user no more', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    counted = undefined;
    await happen({ type: 'deletion', seq: 6, target: 6 });
    await happen({ type: 'message', seq: 7 });
    expect(await pushes(writer)).toEqual([]);
    await happen({ type: 'message', seq: 8 });
    expect(await pushes(writer)).toEqual([]);
    expect(counts).toBe(1);
  });

  it('end with the room, and what was to be pushed with them', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    await happen({ type: 'message', seq: 6 });
    watch.forgetRoom('ops');
    await happen({ type: 'message', seq: 7 });
    expect(await pushes(writer)).toEqual([]);
  });

  it('are of nobody after the last device left', async () => {
    const [phone, desktop] = [fixture.open('alice'), fixture.open('alice')];
    watch.watch(phone.session, [summary('ops', 0, 5)]);
    watch.watch(desktop.session, [summary('ops', 0, 5)]);
    const { counters } = watch as unknown as { counters: { of(room: string): ReadonlyMap<string, unknown> } };
    fixture.hub.close(phone.session);
    expect(counters.of('ops').size).toBe(1);
    fixture.hub.close(desktop.session);
    expect(counters.of('ops').size).toBe(0);
  });
});
