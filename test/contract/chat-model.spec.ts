import { afterAll, beforeAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { StoreBundle } from '../../src/adapters/store/store-bundle.js';
import { ROLES } from '../../src/protocol/chat.js';
import type { MemberChange } from '../../src/ports/room-store.port.js';
import { messageFrom } from '../harness/chat-fixtures.js';
import { RoomModel } from '../harness/chat-model.js';
import { fresh, openTestStore } from '../harness/chat-stores.js';

/** One step against a store and the model: what each answered. */
type Step = (store: StoreBundle, rooms: readonly RoomModel[], time: number) => Promise<[unknown, unknown]>;

const user = fc.constantFrom('ann', 'ben', 'cid');
const room = fc.integer({ min: 0, max: 1 });
const seq = fc.integer({ min: 0, max: 14 });
const body = fc.constantFrom('a', 'b', 'c');

const send = fc
  .array(fc.record({ user, room, body, key: fc.integer({ min: 0, max: 9 }) }), { minLength: 1, maxLength: 6 })
  .map((batch): Step => async ({ messages }, rooms, time) => {
    const sent = batch.map(({ user: from, room: index, body: text, key }) => ({
      model: rooms[index]!,
      message: messageFrom(from, rooms[index]!.id, { clientMsgId: `key-${key}`, body: text, time }),
    }));
    const outcomes = await Promise.all(sent.map(({ message }) => messages.append(message)));
    return [
      outcomes.map((answer) =>
        'message' in answer ? `${answer.outcome} ${answer.message.seq}` : answer.outcome,
      ),
      sent.map(({ model, message }) => model.append(message)),
    ];
  });

const revise = fc
  .record({
    user,
    room,
    pick: seq,
    body,
    isEdit: fc.integer({ min: 0, max: 3 }).map((one) => one > 0),
    byAuthor: fc.boolean(),
  })
  .map(
    ({ user: anybody, room: index, pick, body: text, isEdit, byAuthor }): Step =>
      async ({ messages }, rooms, time) => {
        const model = rooms[index]!;
        const sent = model.log.filter(({ type }) => type === 'message');
        // Few places hold a message that may be revised: half of the steps go for one.
        const message = byAuthor ? sent[pick % Math.max(sent.length, 1)] : undefined;
        const target = message?.seq ?? pick;
        const by = message?.from ?? anybody;
        const revision = { room: model.id, target, by, time, notBefore: 0, isSystem: false };
        return isEdit
          ? [(await messages.edit({ ...revision, body: text })).outcome, model.edit(revision, text)]
          : [(await messages.delete(revision)).outcome, model.delete(revision)];
      },
  );

const change = fc
  .record({
    user,
    room,
    by: user,
    checkRights: fc.boolean(),
    role: fc.constantFrom(...ROLES),
    action: fc.constantFrom<MemberChange['action'][]>(
      ...(['added', 'left', 'removed', 'role', 'kicked', 'muted', 'unmuted', 'banned', 'unbanned'] as const),
    ),
    lastsMs: fc.option(fc.constantFrom(1, 3, 10), { nil: undefined }),
  })
  .map(({ room: index, lastsMs, ...fields }): Step => async ({ rooms: store }, rooms, time) => {
    const model = rooms[index]!;
    const until = lastsMs === undefined ? {} : { until: time + lastsMs };
    const asked = { room: model.id, ...fields, ...until, time, maxMembers: 0 };
    return [(await store.changeMember(asked)).outcome, model.change(asked)];
  });

const enter = fc
  .record({ user, room })
  .map(({ user: who, room: index }): Step => async (store, rooms, time) => {
    const model = rooms[index]!;
    const entered = await store.rooms.enter(model.id, who, { time, maxMembers: 0 });
    return [typeof entered === 'object' ? `inside ${entered.unread}` : 'out', model.enter(who, time)];
  });

const read = fc.record({ user, room, seq }).map((asked): Step => async ({ rooms: store }, rooms) => {
  const model = rooms[asked.room]!;
  const marked = await store.markRead(model.id, asked.user, asked.seq);
  const answer =
    typeof marked === 'object'
      ? `${marked.read} ${marked.unread} of ${marked.head} ${marked.moved}`
      : (marked ?? 'out');
  return [answer, model.markRead(asked.user, asked.seq)];
});

const trim = fc
  .record({ ageMs: fc.integer({ min: 0, max: 30 }), maxPerRoom: fc.integer({ min: 3, max: 12 }) })
  .map(({ ageMs, maxPerRoom }): Step => async ({ messages }, rooms, time) => [
    await messages.trim({ before: time - ageMs, maxPerRoom }),
    rooms.reduce((sum, model) => sum + model.trim(time - ageMs, maxPerRoom), 0),
  ]);

const step = fc.oneof(
  { weight: 5, arbitrary: send },
  { weight: 3, arbitrary: revise },
  { weight: 4, arbitrary: change },
  { weight: 2, arbitrary: enter },
  { weight: 2, arbitrary: read },
  { weight: 1, arbitrary: trim },
);

let store: StoreBundle;
let time = 1_000;

beforeAll(async () => {
  store = await openTestStore({ kind: 'memory' });
});

afterAll(() => store.close());

it('answers and holds what the model does, whatever is done in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60, size: 'max' }), async (steps) => {
      // What earlier runs left would be counted by `trim`.
      await Promise.all((await store.rooms.list('', 1_000)).map(({ id }) => store.rooms.remove(id)));
      const rooms = [new RoomModel(fresh('room')), new RoomModel(fresh('room'))];
      for (const model of rooms) {
        await store.rooms.create({ id: model.id, kind: 'public' }, time);
        await Promise.all(['ann', 'ben'].map((name, index) => own(model, name, index)));
      }
      for (const take of steps) {
        time += 1;
        const [answer, expected] = await take(store, rooms, time);
        expect(answer).toEqual(expected);
      }
      for (const model of rooms) {
        await compare(model);
      }
    }),
    { numRuns: 150 },
  );
}, 120_000);

async function own(model: RoomModel, name: string, index: number): Promise<void> {
  const added = {
    room: model.id,
    user: name,
    action: 'added',
    by: 'api-key:ci',
    role: ROLES[index]!,
    checkRights: false,
    time,
    maxMembers: 0,
  } as const;
  const { outcome } = await store.rooms.changeMember(added);
  expect(outcome).toBe(model.change(added));
}

async function compare(model: RoomModel): Promise<void> {
  const { messages, first, head } = (await store.messages.page(model.id, { limit: 1_000 }))!;
  expect({ messages, first, head }).toEqual({ messages: model.log, first: model.first, head: model.head });
  for (const name of ['ann', 'ben', 'cid']) {
    const member = model.members.get(name);
    expect(await store.rooms.member(model.id, name)).toEqual(member);
    const [summary] = (await store.rooms.roomsOf(name, '', 10)).filter(({ room: id }) => id === model.id);
    expect(summary?.unread).toBe(member?.isActive === true ? model.unread(member) : undefined);
  }
}
