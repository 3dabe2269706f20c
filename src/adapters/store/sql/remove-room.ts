import type { Kysely } from 'kysely';
import type { Engine } from './engine.js';
import { trimRoom } from './retention.js';
import { lockRoom } from './room-lock.js';
import type { Schema } from './schema.js';
import { sendKeysOf } from './send-key.js';

/** Removes a room with all that belongs to it. False when there is none. */
export async function removeRoom(db: Kysely<Schema>, engine: Engine, id: string): Promise<boolean> {
  // A long log goes piece by piece first, so that other writers wait for the rest only.
  await trimRoom(db, engine, id, { before: Infinity, maxPerRoom: 0 });
  return db.transaction().execute(async (tx) => {
    if ((await lockRoom(tx, engine, id)) === undefined) {
      return false;
    }
    const keys = sendKeysOf(id);
    await tx.deleteFrom('entry').where('room', '=', id).execute();
    await tx.deleteFrom('send_key').where('key', '>=', keys.from).where('key', '<', keys.below).execute();
    await tx.deleteFrom('member').where('room', '=', id).execute();
    await tx.deleteFrom('room').where('id', '=', id).execute();
    return true;
  });
}
