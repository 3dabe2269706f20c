import type { Kysely } from 'kysely';
import type { RoomRow } from './chat.tables.js';
import type { Engine } from './engine.js';
import type { Schema } from './schema.js';

/** Reads rooms and keeps every other writer out of them until the transaction ends. */
export async function lockRooms(
  tx: Kysely<Schema>,
  engine: Engine,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RoomRow>> {
  const query = tx.selectFrom('room').selectAll().where('id', 'in', ids).orderBy('id');
  // In the order of ids: two writers that lock the same rooms wait for each other, never both at once.
  const rows = await (engine === 'postgres' ? query.forUpdate() : query).execute();
  return new Map(rows.map((row) => [row.id, row]));
}

export async function lockRoom(tx: Kysely<Schema>, engine: Engine, id: string): Promise<RoomRow | undefined> {
  return (await lockRooms(tx, engine, [id])).get(id);
}
