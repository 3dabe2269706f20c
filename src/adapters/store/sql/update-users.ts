import { type Kysely, sql } from 'kysely';
import type { UserRecord } from '../../../ports/update-store.port.js';
import type { Schema } from './schema.js';

/** A page of what became of an update user by user, in the order of their names. */
export async function updateUsers(
  db: Kysely<Schema>,
  id: string,
  after: string,
  limit: number,
): Promise<UserRecord[]> {
  const { rows } = await sql<{ user_id: string }>`
    select user_id from update_target where update_id = ${id} and user_id > ${after}
    union select user_id from update_device where update_id = ${id} and user_id > ${after}
    order by user_id limit ${limit}`.execute(db);
  const users = rows.map(({ user_id: user }) => user);
  if (users.length === 0) {
    return [];
  }
  const targets = await db
    .selectFrom('update_target')
    .select(['user_id', 'state', 'reached_at'])
    .where('update_id', '=', id)
    .where('user_id', 'in', users)
    .execute();
  const devices = await db
    .selectFrom('update_device')
    .select(['user_id', 'device_id', 'acked_at'])
    .where('update_id', '=', id)
    .where('user_id', 'in', users)
    .orderBy('device_id')
    .execute();
  return users.map((user) => {
    const target = targets.find(({ user_id: name }) => name === user);
    const own = devices.filter(({ user_id: name }) => name === user);
    return {
      user,
      state: target?.state ?? 'open',
      isReached: own.length > 0 || (target !== undefined && target.reached_at !== null),
      devices: own.map(({ device_id: device, acked_at: ackedAt }) => ({
        device,
        ackedAt: ackedAt ?? undefined,
      })),
    };
  });
}
