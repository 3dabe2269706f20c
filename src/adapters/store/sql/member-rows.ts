import type { Kysely } from 'kysely';
import type { Member } from '../../../ports/room-store.port.js';
import { memberOf, memberRow } from './room-rows.js';
import type { Schema } from './schema.js';

/** A membership, past ones included. */
export async function readMember(
  db: Kysely<Schema>,
  room: string,
  user: string,
): Promise<Member | undefined> {
  const row = await db
    .selectFrom('member')
    .selectAll()
    .where('room', '=', room)
    .where('user_id', '=', user)
    .executeTakeFirst();
  return row && memberOf(row);
}

/** Adds or replaces a membership. Its room is locked. */
export async function writeMember(tx: Kysely<Schema>, room: string, member: Member): Promise<void> {
  const row = memberRow(room, member);
  await tx
    .insertInto('member')
    .values(row)
    .onConflict((conflict) => conflict.columns(['room', 'user_id']).doUpdateSet(row))
    .execute();
}

/** Whether a room has as many active members as it may (0: no bound). */
export async function isFull(tx: Kysely<Schema>, room: string, maxMembers: number): Promise<boolean> {
  if (maxMembers === 0) {
    return false;
  }
  const rows = await tx
    .selectFrom('member')
    .select('user_id')
    .where('room', '=', room)
    .where('is_active', '=', 1)
    .orderBy('user_id')
    .offset(maxMembers - 1)
    .limit(1)
    .execute();
  return rows.length > 0;
}

export async function hasOtherOwner(tx: Kysely<Schema>, room: string, user: string): Promise<boolean> {
  const row = await tx
    .selectFrom('member')
    .select('user_id')
    .where('room', '=', room)
    .where('is_active', '=', 1)
    .where('role', '=', 'owner')
    .where('user_id', '<>', user)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
