import type { Kysely } from 'kysely';
import type { Member, Room, RoomStore } from '../../../ports/room-store.port.js';
import type { Engine } from './engine.js';
import { isBanned, rejoined } from './member-changes.js';
import { isFull, readMember, writeMember } from './member-rows.js';
import { lockRoom } from './room-lock.js';
import { memberOf, newMember, roomOf } from './room-rows.js';
import type { Schema } from './schema.js';
import { unread } from './unread.js';

type Entered = { readonly room: Room; readonly member: Member; readonly unread: number };
type Admission = Parameters<RoomStore['enter']>[2];

/** The room as an active member sees it; undefined for everybody else. */
export async function seenByMember(
  db: Kysely<Schema>,
  id: string,
  user: string,
): Promise<Entered | undefined> {
  const row = await db
    .selectFrom('member')
    .innerJoin('room', 'room.id', 'member.room')
    .selectAll(['room', 'member'])
    .select(unread().as('unread'))
    .where('member.room', '=', id)
    .where('member.user_id', '=', user)
    .where('member.is_active', '=', 1)
    .executeTakeFirst();
  return row && { room: roomOf(row), member: memberOf(row), unread: row.unread };
}

/** Makes a member of somebody who is none, where the room lets them in. Inside a transaction. */
export async function admit(
  tx: Kysely<Schema>,
  engine: Engine,
  id: string,
  user: string,
  { time, maxMembers }: Admission,
): Promise<'admitted' | 'full' | undefined> {
  const room = await lockRoom(tx, engine, id);
  const former = await readMember(tx, id, user);
  if (former?.isActive === true) {
    return 'admitted';
  }
  if (room?.kind !== 'public' || (former !== undefined && isBanned(former, time))) {
    return undefined;
  }
  if (await isFull(tx, id, maxMembers)) {
    return 'full';
  }
  // Leaving and coming back makes a writer of nobody who was made a reader.
  const role = former?.role === 'reader' ? 'reader' : 'member';
  const member = former === undefined ? newMember(user, role, time, room.head) : rejoined(former, role, time);
  await writeMember(tx, id, member);
  return 'admitted';
}
