import type { Kysely } from 'kysely';
import type { OutgoingUpdate } from '../../../ports/update-store.port.js';
import { notifyAbout } from './create-updates.js';
import type { Engine } from './engine.js';
import { keepUpdate } from './keep-update.js';
import type { Schema } from './schema.js';
import { outgoingOf } from './update-rows.js';

export interface DueRequest {
  readonly now: number;
  readonly limit: number;
  readonly maxInbox: number;
  readonly notifyAt: number | undefined;
}

/** Turns scheduled updates whose time has come into sent ones, inside a transaction. */
export async function claimDueUpdates(
  tx: Kysely<Schema>,
  engine: Engine,
  { now, limit, maxInbox, notifyAt }: DueRequest,
): Promise<OutgoingUpdate[]> {
  const due = tx
    .selectFrom('demand_update')
    .selectAll()
    .where('state', '=', 'scheduled')
    .where('not_before', '<=', now)
    .where('expires_at', '>', now)
    .orderBy('not_before')
    .orderBy('id')
    .limit(limit);
  // What another node claims at this moment is not waited for.
  const rows = await (engine === 'postgres' ? due.forUpdate().skipLocked() : due).execute();
  const claimed: OutgoingUpdate[] = [];
  for (const row of rows) {
    await tx
      .updateTable('demand_update')
      .set({ state: 'sent', sent_at: now })
      .where('id', '=', row.id)
      .execute();
    const update = { ...outgoingOf(row), sentAt: now };
    await keepUpdate(tx, update, maxInbox);
    await notifyAbout(tx, update, notifyAt);
    claimed.push(update);
  }
  return claimed;
}
