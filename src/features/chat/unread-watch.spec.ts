import { beforeEach, describe, expect, it } from '@jest/globals';
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
let isAway: boolean;
let counts: number;

beforeEach(() => {
  Logger.overrideLogger(false);
  fixture = new HubFixture();
  counted = 0;
  isAway = false;
  counts = 0;
  const rooms = {
    markRead: () => {
      counts += 1;
      if (isAway) {
        return Promise.reject(new StoreUnavailable());
      }
      return Promise.resolve(counted === undefined ? undefined : { read: 0, unread: counted, moved: false });
    },
  } as unknown as RoomStore;
  watch = new UnreadWatch(fixture.hub, rooms, fixture.clock, fixture.order);
  watch.onApplicationBootstrap();
});

const happen = (entry: Partial<RoomEntry> & { seq: number; type: RoomEntry['type'] }): Promise<void> =>
  fixture.publisher.publish({
    channels: [],
    event: 'x',
    data: { room: 'ops', from: 'bob', time: 1, ...entry },
    position: { log: `chat:${entry.room ?? 'ops'}`, seq: entry.seq },
  });

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

  it('are counted by the store after a deletion, and keep their number while it is away', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 3, 5)]);
    isAway = true;
    await happen({ type: 'deletion', seq: 6, target: 5 });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 6, unread: 3 }]);
    isAway = false;
    counted = 2;
    expect((await pushes(writer)).at(-1)).toEqual({ room: 'ops', head: 6, unread: 2 });
  });

  it('follow a read', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 3, 5)]);
    watch.recounted('alice', 'ops', 0);
    await happen({ type: 'message', seq: 6 });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 6, unread: 1 }]);
  });

  it('begin for a room that was not in the list: a first direct message', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, []);
    counted = 1;
    await happen({ type: 'message', seq: 1, to: 'alice' });
    expect(await pushes(writer)).toEqual([{ room: 'ops', head: 1, unread: 1 }]);
  });

  it('end with the membership', async () => {
    const { session, writer } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    counted = undefined;
    await happen({ type: 'deletion', seq: 6, target: 5 });
    expect(await pushes(writer)).toEqual([]);
    await happen({ type: 'message', seq: 7 });
    expect(await pushes(writer)).toEqual([]);
  });

  it('are of nobody after the last device left', async () => {
    const { session } = fixture.open('alice');
    watch.watch(session, [summary('ops', 0, 5)]);
    fixture.hub.close(session);
    await happen({ type: 'message', seq: 6 });
    expect((watch as unknown as { counters: Map<string, unknown> }).counters.size).toBe(0);
  });
});
