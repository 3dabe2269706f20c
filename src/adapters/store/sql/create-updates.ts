import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { CreateOutcome, NewUpdate, SendAnswer } from '../../../ports/update-store.port.js';
import { keepUpdate } from './keep-update.js';
import type { Schema } from './schema.js';
import { rowOf } from './update-rows.js';

/** Stores a batch of updates inside a transaction, in order. */
export async function createUpdates(
  tx: Kysely<Schema>,
  updates: readonly NewUpdate[],
): Promise<CreateOutcome[]> {
  const outcomes: CreateOutcome[] = [];
  for (const update of updates) {
    outcomes.push((await earlierOutcome(tx, update)) ?? (await create(tx, update)));
  }
  return outcomes;
}

/** Takes the key of the request. Undefined when it was free, or there is none. */
async function earlierOutcome(
  tx: Kysely<Schema>,
  { id, idempotency }: NewUpdate,
): Promise<CreateOutcome | undefined> {
  if (idempotency === undefined) {
    return undefined;
  }
  const { key, bodyHash } = idempotency;
  // Waits for a transaction on another connection that took the key and has not committed yet.
  const taken = await tx
    .insertInto('update_key')
    .values({ key, body_hash: bodyHash, update_id: id })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (taken !== undefined) {
    return undefined;
  }
  const earlier = await tx
    .selectFrom('update_key')
    .innerJoin('demand_update', 'demand_update.id', 'update_key.update_id')
    .select(['update_key.body_hash', 'demand_update.id', 'demand_update.answer'])
    .where('update_key.key', '=', key)
    .executeTakeFirstOrThrow();
  return earlier.body_hash === bodyHash
    ? { outcome: 'duplicate', updateId: earlier.id, answer: JSON.parse(earlier.answer) as SendAnswer }
    : { outcome: 'conflict' };
}

async function create(tx: Kysely<Schema>, update: NewUpdate): Promise<CreateOutcome> {
  await tx.insertInto('demand_update').values(rowOf(update)).execute();
  if (update.notBefore === undefined) {
    await keepUpdate(tx, update, update.maxInbox);
    await notifyAbout(tx, update, update.notifyAt);
  }
  return { outcome: 'created' };
}

/** Has somebody told of the named users who will not have acknowledged an inbox update by then. */
export async function notifyAbout(
  tx: Kysely<Schema>,
  { id, delivery, target }: Pick<NewUpdate, 'id' | 'delivery' | 'target'>,
  dueAt: number | undefined,
): Promise<void> {
  if (dueAt !== undefined && delivery === 'inbox' && target.kind === 'users') {
    await tx
      .insertInto('hook_job')
      .values({ id: randomUUID(), kind: 'update', update_id: id, due_at: dueAt, attempts: 0 })
      .execute();
  }
}
