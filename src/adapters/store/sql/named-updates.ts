import { type Kysely, sql } from 'kysely';
import type { OutgoingUpdate } from '../../../ports/update-store.port.js';
import { chunks } from './chunks.js';
import type { Schema } from './schema.js';

/** A place among a user's updates that was given up, with what its update has to count. */
interface GivenUp {
  readonly update_id: string;
  readonly reached_at: number | null;
}

/** Keeps an update for named users. What it takes the place of is counted with the older update. */
export async function keepForNamed(
  tx: Kysely<Schema>,
  update: OutgoingUpdate,
  users: readonly string[],
  maxInbox: number,
): Promise<void> {
  for (const part of chunks(users)) {
    await insertTargets(tx, update, part);
    if (update.delivery === 'latest') {
      await count(tx, 'superseded', await supersede(tx, update, part));
    } else {
      await count(tx, 'overflowed', await overflow(tx, update.sentAt, part, maxInbox));
    }
  }
  await tx
    .updateTable('demand_update')
    .set((row) => ({ unreached: row('unreached', '+', users.length) }))
    .where('id', '=', update.id)
    .execute();
}

async function insertTargets(
  tx: Kysely<Schema>,
  { id, delivery, collapseKey, sentAt, expiresAt }: OutgoingUpdate,
  users: readonly string[],
): Promise<void> {
  const rows = users.map((user) => ({
    update_id: id,
    user_id: user,
    state: 'open' as const,
    delivery,
    collapse_key: collapseKey ?? null,
    sent_at: sentAt,
    expires_at: expiresAt,
    reached_at: null,
  }));
  await tx.insertInto('update_target').values(rows).execute();
}

/** The older values of the key, those that have expired already included. */
function supersede(
  tx: Kysely<Schema>,
  { id, collapseKey }: OutgoingUpdate,
  users: readonly string[],
): Promise<GivenUp[]> {
  return tx
    .updateTable('update_target')
    .set({ state: 'superseded' })
    .where('user_id', 'in', users)
    .where('state', '=', 'open')
    .where('collapse_key', '=', collapseKey!)
    .where('update_id', '!=', id)
    .returning(['update_id', 'reached_at'])
    .execute();
}

/** Of each user all but the newest `maxInbox` inbox updates. */
function overflow(
  tx: Kysely<Schema>,
  now: number,
  users: readonly string[],
  maxInbox: number,
): Promise<GivenUp[]> {
  return tx
    .updateTable('update_target')
    .set({ state: 'overflowed' })
    .where(
      sql<boolean>`(update_id, user_id) in (
        select update_id, user_id from (
          select update_id, user_id,
            row_number() over (partition by user_id order by sent_at desc, update_id desc) as place
          from update_target
          where user_id in (${sql.join(users)}) and state = 'open' and delivery = 'inbox'
            and expires_at > ${now}
        ) as inbox
        where place > ${maxInbox})`,
    )
    .returning(['update_id', 'reached_at'])
    .execute();
}

async function count(
  tx: Kysely<Schema>,
  counter: 'superseded' | 'overflowed',
  given: readonly GivenUp[],
): Promise<void> {
  const tallies = new Map<string, { places: number; unreached: number }>();
  for (const { update_id: id, reached_at: reachedAt } of given) {
    const tally = tallies.get(id) ?? { places: 0, unreached: 0 };
    tally.places += 1;
    tally.unreached += reachedAt === null ? 1 : 0;
    tallies.set(id, tally);
  }
  for (const [id, { places, unreached }] of tallies) {
    await tx
      .updateTable('demand_update')
      .set((row) => ({
        [counter]: row(counter, '+', places),
        unreached: row('unreached', '-', unreached),
      }))
      .where('id', '=', id)
      .execute();
  }
}
