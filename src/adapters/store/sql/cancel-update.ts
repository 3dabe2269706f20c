import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';

/** Ends an update before its time, inside a transaction. False when it has ended already. */
export async function cancelUpdate(tx: Kysely<Schema>, id: string, now: number): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('demand_update')
    .set({ state: 'cancelled', unreached: 0 })
    .where('id', '=', id)
    .where('state', '!=', 'cancelled')
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) {
    return false;
  }
  // It takes no place in an inbox any more.
  await tx
    .updateTable('update_target')
    .set({ state: 'cancelled' })
    .where('update_id', '=', id)
    .where('state', '=', 'open')
    .execute();
  await tx.deleteFrom('standing_update').where('update_id', '=', id).execute();
  return true;
}
