import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { AppendOutcome, NewMessage } from '../../../ports/message-store.port.js';
import type { Member } from '../../../ports/room-store.port.js';
import { AppendBatch, memberKey, type StoredMessage } from './append-batch.js';
import { makeDirectRooms } from './direct-rooms.js';
import { earlierSends } from './earlier-sends.js';
import type { Engine } from './engine.js';
import { lockRooms } from './room-lock.js';
import { memberOf, roomOf } from './room-rows.js';
import type { Schema } from './schema.js';

/** Appends a batch inside a transaction, with the same few statements for one message as for many. */
export async function appendMessages(
  tx: Kysely<Schema>,
  engine: Engine,
  messages: readonly NewMessage[],
): Promise<AppendOutcome[]> {
  const direct = messages.flatMap(({ room, from, to, time }) =>
    to === undefined ? [] : [{ id: room, peers: [from, to] as const, time }],
  );
  // Before the lock: a writer that held locks while it waits for another's new room could wait for ever.
  if (direct.length > 0) {
    await makeDirectRooms(tx, direct);
  }
  const rooms = await lockRooms(tx, engine, [...new Set(messages.map(({ room }) => room))]);
  const batch = new AppendBatch({
    rooms: new Map([...rooms].map(([id, row]) => [id, roomOf(row)])),
    sends: await earlierSends(tx, messages),
    members: await sendersOf(tx, messages),
  });
  const outcomes = messages.map((message) => batch.decide(message));
  if (batch.stored.length > 0) {
    await insertStored(tx, batch.stored);
    await raiseHeads(tx, batch.heads);
  }
  return outcomes;
}

async function sendersOf(
  tx: Kysely<Schema>,
  messages: readonly NewMessage[],
): Promise<ReadonlyMap<string, Member>> {
  const senders = new Map(
    messages
      .filter(({ isSystem }) => !isSystem)
      .map(({ room, from }) => [memberKey(room, from), sql`(${room}, ${from})`]),
  );
  if (senders.size === 0) {
    return new Map();
  }
  const rows = await tx
    .selectFrom('member')
    .selectAll()
    .where(sql<boolean>`(room, user_id) in (values ${sql.join([...senders.values()])})`)
    .execute();
  return new Map(rows.map((row) => [memberKey(row.room, row.user_id), memberOf(row)]));
}

async function insertStored(tx: Kysely<Schema>, stored: readonly StoredMessage[]): Promise<void> {
  const entries = stored.map(({ message }) => ({
    room: message.room,
    seq: message.seq,
    type: message.type,
    sender: message.from,
    time: message.time,
    id: message.id,
    client_msg_id: message.clientMsgId,
    recipient: message.to ?? null,
    body: message.body,
    meta: message.meta === undefined ? null : JSON.stringify(message.meta),
  }));
  const keys = stored.map(({ message: { room, seq, id, time }, key, fingerprint }) => ({
    key,
    room,
    seq,
    id,
    time,
    fingerprint,
  }));
  const hooks = stored.flatMap(({ message: { room, seq }, hookAt }) =>
    hookAt === undefined
      ? []
      : [{ id: randomUUID(), kind: 'chat' as const, room, seq, due_at: hookAt, attempts: 0 }],
  );
  await tx.insertInto('entry').values(entries).execute();
  await tx.insertInto('send_key').values(keys).execute();
  if (hooks.length > 0) {
    await tx.insertInto('hook_job').values(hooks).execute();
  }
}

async function raiseHeads(tx: Kysely<Schema>, heads: ReadonlyMap<string, number>): Promise<void> {
  const rows = [...heads].map(([room, head]) => sql`(${room}, cast(${head} as bigint))`);
  await sql`update room set head = raised.column2 from (values ${sql.join(rows)}) as raised
    where room.id = raised.column1`.execute(tx);
}
