import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { memberChange, messageFrom } from '../../../test/harness/chat-fixtures.js';
import { fresh, openTestStore } from '../../../test/harness/chat-stores.js';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import { ackOf, newUpdate } from '../../../test/harness/update-fixtures.js';
import type { StoreBundle } from '../../adapters/store/store-bundle.js';
import type { HookJob } from '../../ports/hook-queue.port.js';
import type { NewMessage } from '../../ports/message-store.port.js';
import type { NewUpdate } from '../../ports/update-store.port.js';
import { type OfflineCall, OfflineCalls } from './offline-calls.js';

let store: StoreBundle;
beforeAll(async () => {
  store = await openTestStore({ kind: 'memory' });
});
afterAll(() => store.close());

let fixture: HubFixture;
let offline: OfflineCalls;
beforeEach(() => {
  fixture = new HubFixture();
  const { rooms, messages, updates } = store;
  offline = new OfflineCalls(rooms, messages, updates, fixture.hub, fixture.clock);
});

const callsOf = async (job: HookJob): Promise<OfflineCall[]> => {
  const calls: OfflineCall[] = [];
  for await (const call of offline.of(job)) {
    calls.push(call);
  }
  return calls;
};
const recipientsOf = async (job: HookJob): Promise<(readonly string[])[]> =>
  (await callsOf(job)).map(({ event }) => event.recipients);

describe('a chat job', () => {
  let room: string;
  beforeEach(async () => {
    room = fresh('club');
    await store.rooms.create({ id: room, kind: 'private', owner: 'alice' }, 1_000);
    for (const user of ['bob', 'carol', 'dave']) {
      await store.rooms.changeMember(memberChange(room, { user }));
    }
  });

  const send = async (fields: Partial<NewMessage> = {}): Promise<HookJob> => {
    const sent = await store.messages.append(messageFrom('alice', room, fields));
    const seq = sent.outcome === 'stored' ? sent.message.seq : 0;
    return { id: 'job', kind: 'chat', room, seq, attempts: 0 };
  };

  it('names members who have not read the message and have no connection, and not the sender', async () => {
    const job = await send({ id: 'm1', time: 5_000, body: 'lunch?' });
    await store.rooms.markRead(room, 'bob', job.seq!);
    fixture.open('dave');
    expect(await callsOf(job)).toEqual([
      {
        id: 'job',
        event: {
          type: 'chat.message.offline',
          time: 5_000,
          room,
          kind: 'private',
          from: 'alice',
          seq: job.seq,
          id: 'm1',
          preview: 'lunch?',
          recipients: ['carol'],
        },
      },
    ]);
  });

  it('names those who read up to the message before, and those who have gone again', async () => {
    const first = await send();
    const job = await send();
    await store.rooms.markRead(room, 'bob', first.seq!);
    fixture.hub.close(fixture.open('dave').session);
    expect(await recipientsOf(job)).toEqual([['bob', 'carol', 'dave']]);
  });

  it('does not name who left', async () => {
    const job = await send();
    await store.rooms.changeMember(memberChange(room, { user: 'carol', action: 'removed' }));
    expect(await recipientsOf(job)).toEqual([['bob', 'dave']]);
  });

  it('is no call when nobody is left, when the message was deleted, and when the room is gone', async () => {
    const job = await send();
    const revision = { room, target: job.seq!, by: 'alice', time: 9_000, notBefore: 0, isSystem: false };
    const sessions = ['bob', 'carol', 'dave'].map((user) => fixture.open(user).session);
    expect(await callsOf(job)).toEqual([]);
    sessions.forEach((session) => fixture.hub.close(session));
    expect(await callsOf(job)).toHaveLength(1);
    await store.messages.delete(revision);
    expect(await callsOf(job)).toEqual([]);
    const other = await send();
    await store.rooms.remove(room);
    expect(await callsOf(other)).toEqual([]);
  });

  it('shows an edited message as it stands', async () => {
    const job = await send();
    const revision = { room, target: job.seq!, by: 'alice', time: 9_000, notBefore: 0, isSystem: false };
    await store.messages.edit({ ...revision, body: 'better' });
    expect((await callsOf(job))[0]!.event).toMatchObject({ preview: 'better' });
  });
});

describe('an update job', () => {
  const users = (count: number): string[] =>
    Array.from({ length: count }, (_, index) => `user-${String(index).padStart(5, '0')}`);
  const create = async (names: readonly string[], more: Partial<NewUpdate> = {}): Promise<HookJob> => {
    const now = fixture.clock.epochMs();
    const update = newUpdate(now, { target: { kind: 'users', users: names }, event: 'invoice', ...more });
    await store.updates.create(update);
    return { id: 'job', kind: 'update', updateId: update.id, attempts: 0 };
  };

  it('names users without an acknowledgement and without a connection', async () => {
    const job = await create(['ann', 'ben', 'cem']);
    fixture.open('ben');
    await store.updates.ack([ackOf('cem', [job.updateId!])], fixture.clock.epochMs());
    expect(await callsOf(job)).toEqual([
      {
        id: 'job',
        event: {
          type: 'update.offline',
          time: fixture.clock.epochMs(),
          updateId: job.updateId,
          event: 'invoice',
          recipients: ['ann'],
        },
      },
    ]);
  });

  it('is no call once it has expired, was cancelled, or is gone', async () => {
    const [expired, cancelled] = [await create(['ann']), await create(['ann'], { expiresAt: 9e15 })];
    await store.updates.cancel(cancelled.updateId!, fixture.clock.epochMs());
    expect(await callsOf(expired)).toHaveLength(1);
    fixture.clock.advance(1_000);
    expect(await callsOf(expired)).toEqual([]);
    expect(await callsOf(cancelled)).toEqual([]);
    expect(await callsOf({ ...expired, updateId: 'none' })).toEqual([]);
  });

  it('names a thousand users a call, and later the same ones under the same id', async () => {
    const names = users(2_500);
    const job = await create(names, { maxInbox: 10_000 });
    const before = await callsOf(job);
    expect(before.map(({ id }) => id)).toEqual(['job', 'job.1', 'job.2']);
    expect(before.map(({ event }) => event.recipients)).toEqual([
      names.slice(0, 1_000),
      names.slice(1_000, 2_000),
      names.slice(2_000),
    ]);
    fixture.open(names[0]);
    await store.updates.ack([ackOf(names[1_500]!, [job.updateId!])], fixture.clock.epochMs());
    const after = await callsOf(job);
    expect(after.map(({ event }) => event.recipients)).toEqual([
      names.slice(1, 1_000),
      [...names.slice(1_000, 1_500), ...names.slice(1_501, 2_000)],
      names.slice(2_000),
    ]);
  });
});
