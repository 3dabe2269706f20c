import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';

/** Updates removed in one transaction: each may have thousands of users. */
const CHUNK_UPDATES = 20;

/** Removes updates that expired before this moment, with all that hangs on them. Returns how many went. */
export async function trimUpdates(db: Kysely<Schema>, before: number): Promise<number> {
  let removed = 0;
  let chunk: number;
  do {
    chunk = await db.transaction().execute((tx) => trimChunk(tx, before));
    removed += chunk;
  } while (chunk === CHUNK_UPDATES);
  return removed;
}

async function trimChunk(tx: Kysely<Schema>, before: number): Promise<number> {
  const rows = await tx
    .selectFrom('demand_update')
    .select('id')
    .where('expires_at', '<', before)
    .orderBy('expires_at')
    .limit(CHUNK_UPDATES)
    .execute();
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) {
    await tx.deleteFrom('update_key').where('update_id', 'in', ids).execute();
    await tx.deleteFrom('update_target').where('update_id', 'in', ids).execute();
    await tx.deleteFrom('standing_update').where('update_id', 'in', ids).execute();
    await tx.deleteFrom('update_device').where('update_id', 'in', ids).execute();
    await tx.deleteFrom('demand_update').where('id', 'in', ids).execute();
  }
  return ids.length;
}
