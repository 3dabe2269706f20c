import type { Kysely } from 'kysely';
import type { OutgoingUpdate, UpdatePosition } from '../../../ports/update-store.port.js';
import { canonicalJson } from '../../../protocol/canonical-json.js';
import type { Schema } from './schema.js';
import { type Addressees, addresseesOf } from './update-rows.js';

/** An update kept for everybody or for an audience. */
export interface StandingUpdate extends UpdatePosition, Addressees {
  readonly expiresAt: number;
  readonly collapseKey: string | null;
}

/** Keeps one row that devices are matched with when they connect. */
export async function keepStanding(
  tx: Kysely<Schema>,
  { id, delivery, target, except, collapseKey, sentAt, expiresAt }: OutgoingUpdate,
  maxInbox: number,
): Promise<void> {
  const scope = canonicalJson([target, except.users.toSorted()]);
  await tx
    .insertInto('standing_update')
    .values({
      update_id: id,
      scope,
      delivery,
      collapse_key: collapseKey ?? null,
      sent_at: sentAt,
      expires_at: expiresAt,
    })
    .execute();
  if (delivery === 'latest') {
    await supersede(tx, { id, scope, collapseKey: collapseKey! });
  } else {
    await overflow(tx, sentAt, maxInbox);
  }
}

/** Everything that stands, and expired values of `latest`: an older value must not come back in their place. */
export async function standingUpdates(db: Kysely<Schema>, now: number): Promise<StandingUpdate[]> {
  const rows = await db
    .selectFrom('standing_update')
    .innerJoin('demand_update', 'demand_update.id', 'standing_update.update_id')
    .select([
      'standing_update.update_id as id',
      'standing_update.sent_at',
      'standing_update.expires_at',
      'standing_update.collapse_key',
      'demand_update.addressees',
    ])
    .where('demand_update.state', '=', 'sent')
    .where((row) =>
      row.or([
        row('standing_update.expires_at', '>', now),
        row('standing_update.collapse_key', 'is not', null),
      ]),
    )
    .execute();
  return rows.map((row) => ({
    id: row.id,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
    collapseKey: row.collapse_key,
    ...addresseesOf(row),
  }));
}

async function supersede(
  tx: Kysely<Schema>,
  { id, scope, collapseKey }: { id: string; scope: string; collapseKey: string },
): Promise<void> {
  const gone = await tx
    .deleteFrom('standing_update')
    .where('scope', '=', scope)
    .where('collapse_key', '=', collapseKey)
    .where('update_id', '!=', id)
    .returning('update_id')
    .execute();
  await count(tx, 'superseded', gone);
}

async function overflow(tx: Kysely<Schema>, now: number, maxInbox: number): Promise<void> {
  const gone = await tx
    .deleteFrom('standing_update')
    .where('update_id', 'in', (standing) =>
      standing
        .selectFrom('standing_update')
        .select('update_id')
        .where('delivery', '=', 'inbox')
        .where('expires_at', '>', now)
        .orderBy('sent_at', 'desc')
        .orderBy('update_id', 'desc')
        // Without a limit of its own SQLite takes no offset.
        .limit(maxInbox)
        .offset(maxInbox),
    )
    .returning('update_id')
    .execute();
  await count(tx, 'overflowed', gone);
}

async function count(
  tx: Kysely<Schema>,
  counter: 'superseded' | 'overflowed',
  gone: readonly { readonly update_id: string }[],
): Promise<void> {
  if (gone.length > 0) {
    const ids = gone.map(({ update_id: id }) => id);
    await tx
      .updateTable('demand_update')
      .set({ [counter]: 1 })
      .where('id', 'in', ids)
      .execute();
  }
}
