import type { Kysely } from 'kysely';
import type { Engine } from './engine.js';
import { lockRoom } from './room-lock.js';
import type { Schema } from './schema.js';

/** How long at least a repeated send is known, in milliseconds. */
const SEND_KEY_LIFE_MS = 24 * 60 * 60 * 1000;

/** Rows removed in one transaction, so that no writer waits long. */
const CHUNK_ROWS = 1000;

/** Rooms looked at in one query. */
const ROOMS_PER_PAGE = 500;

/** Entries older than `before` go, and the oldest beyond `maxPerRoom` (0: no bound). */
export interface Retention {
  readonly before: number;
  readonly maxPerRoom: number;
}

/** Trims every room and the send keys. Returns how many entries went. */
export async function trimAll(db: Kysely<Schema>, engine: Engine, retention: Retention): Promise<number> {
  let removed = 0;
  let after = '';
  for (;;) {
    const rooms = await roomsBeyond(db, retention, after);
    for (const room of rooms) {
      removed += await trimRoom(db, engine, room, retention);
    }
    const last = rooms.at(-1);
    if (last === undefined) {
      break;
    }
    after = last;
  }
  await trimKeys(db);
  return removed;
}

/** Removes the oldest entries of a room while they are out of bounds: what stays has no hole. */
export async function trimRoom(
  db: Kysely<Schema>,
  engine: Engine,
  room: string,
  retention: Retention,
): Promise<number> {
  let removed = 0;
  let chunk: number;
  do {
    chunk = await db.transaction().execute((tx) => trimChunk(tx, engine, room, retention));
    removed += chunk;
  } while (chunk === CHUNK_ROWS);
  return removed;
}

async function roomsBeyond(db: Kysely<Schema>, retention: Retention, after: string): Promise<string[]> {
  const rows = await db
    .selectFrom('room')
    .innerJoin('entry', (join) =>
      join.onRef('entry.room', '=', 'room.id').onRef('entry.seq', '=', 'room.first'),
    )
    .select('room.id')
    .where('room.id', '>', after)
    .where((where) =>
      where.or([
        where('entry.time', '<', retention.before),
        ...(retention.maxPerRoom > 0
          ? [where(where('room.head', '-', where.ref('room.first')), '>=', retention.maxPerRoom)]
          : []),
      ]),
    )
    .orderBy('room.id')
    .limit(ROOMS_PER_PAGE)
    .execute();
  return rows.map(({ id }) => id);
}

async function trimChunk(
  tx: Kysely<Schema>,
  engine: Engine,
  id: string,
  { before, maxPerRoom }: Retention,
): Promise<number> {
  const room = await lockRoom(tx, engine, id);
  if (room === undefined) {
    return 0;
  }
  const oldest = await tx
    .selectFrom('entry')
    .select('time')
    .where('room', '=', id)
    .orderBy('seq')
    .limit(CHUNK_ROWS)
    .execute();
  const firstYoung = oldest.findIndex(({ time }) => time >= before);
  const old = firstYoung === -1 ? oldest.length : firstYoung;
  const excess = maxPerRoom === 0 ? 0 : room.head - room.first + 1 - maxPerRoom;
  const count = Math.min(Math.max(old, excess), oldest.length);
  const first = room.first + count;
  await tx.deleteFrom('entry').where('room', '=', id).where('seq', '<', first).execute();
  await tx.updateTable('room').set({ first }).where('id', '=', id).execute();
  return count;
}

/** Keys that were old already when the newest was written: the store has no other clock. */
async function trimKeys(db: Kysely<Schema>): Promise<void> {
  const newest = await db
    .selectFrom('send_key')
    .select((key) => key.fn.max('time').as('time'))
    .executeTakeFirst();
  const before = (newest?.time ?? 0) - SEND_KEY_LIFE_MS;
  let removed: number;
  do {
    const { numDeletedRows } = await db
      .deleteFrom('send_key')
      .where('key', 'in', (keys) =>
        keys
          .selectFrom('send_key')
          .select('key')
          .where('time', '<', before)
          .orderBy('time')
          .limit(CHUNK_ROWS),
      )
      .executeTakeFirstOrThrow();
    removed = Number(numDeletedRows);
  } while (removed === CHUNK_ROWS);
}
