import { type Kysely, sql } from 'kysely';
import type { DeliveryRecord } from '../../../ports/update-store.port.js';
import { chunks } from './chunks.js';
import type { Schema } from './schema.js';

type Reached = DeliveryRecord['reached'];

/** Adds what became of updates to their counts, inside a transaction. */
export async function recordDeliveries(
  tx: Kysely<Schema>,
  { counts, reached, time }: DeliveryRecord,
): Promise<void> {
  for (const { updateId, matched, written, droppedSlow, expired } of counts) {
    await tx
      .updateTable('demand_update')
      .set((row) => ({
        matched: row('matched', '+', matched),
        written: row('written', '+', written),
        dropped_slow: row('dropped_slow', '+', droppedSlow),
        expired: row('expired', '+', expired),
      }))
      .where('id', '=', updateId)
      .execute();
  }
  for (const part of chunks(reached)) {
    await markUsers(tx, part, time);
    await addDevices(tx, part);
  }
}

async function markUsers(tx: Kysely<Schema>, reached: Reached, time: number): Promise<void> {
  const users = sql.join(reached.map(({ updateId, user }) => sql`(${updateId}, ${user})`));
  const marked = await tx
    .updateTable('update_target')
    .set({ reached_at: time })
    .where(sql<boolean>`(update_id, user_id) in (values ${users})`)
    .where('reached_at', 'is', null)
    .returning(['update_id', 'state'])
    .execute();
  const tallies = new Map<string, number>();
  // Who lost the update to a newer one is not waited for any more.
  for (const { update_id: id } of marked.filter(({ state }) => state === 'open')) {
    tallies.set(id, (tallies.get(id) ?? 0) + 1);
  }
  for (const [id, tally] of tallies) {
    await sql`update demand_update set unreached = unreached - ${tally} where id = ${id}`.execute(tx);
  }
}

async function addDevices(tx: Kysely<Schema>, reached: Reached): Promise<void> {
  const rows = reached.flatMap(({ updateId, user, deviceId }) =>
    deviceId === undefined
      ? []
      : [{ update_id: updateId, user_id: user, device_id: deviceId, acked_at: null }],
  );
  if (rows.length > 0) {
    await tx
      .insertInto('update_device')
      .values(rows)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
