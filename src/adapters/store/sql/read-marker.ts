import type { Kysely } from 'kysely';
import type { Schema } from './schema.js';
import { unread } from './unread.js';

interface Marker {
  readonly read: number;
  readonly unread: number;
  /** The newest entry when `unread` was counted. */
  readonly head: number;
  readonly moved: boolean;
}

/** Moves a member's marker up to `seq`. Markers and heads only rise, so that no lock is needed. */
export async function moveReadMarker(
  db: Kysely<Schema>,
  room: string,
  user: string,
  seq: number,
): Promise<Marker | 'ahead' | undefined> {
  const head = await headFor(db, room, user);
  if (head === undefined || seq > head) {
    return head === undefined ? undefined : 'ahead';
  }
  const { numUpdatedRows } = await db
    .updateTable('member')
    .set({ read_seq: seq })
    .where('room', '=', room)
    .where('user_id', '=', user)
    .where('is_active', '=', 1)
    .where('read_seq', '<', seq)
    .executeTakeFirstOrThrow();
  const marker = await db
    .selectFrom('member')
    .innerJoin('room', 'room.id', 'member.room')
    .select(['member.read_seq', 'room.head', unread().as('unread')])
    .where('member.room', '=', room)
    .where('member.user_id', '=', user)
    .where('member.is_active', '=', 1)
    .executeTakeFirst();
  return (
    marker && {
      read: marker.read_seq,
      unread: marker.unread,
      head: marker.head,
      moved: numUpdatedRows > 0n,
    }
  );
}

/** The head of a room for one of its active members. */
async function headFor(db: Kysely<Schema>, room: string, user: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('member')
    .innerJoin('room', 'room.id', 'member.room')
    .select('room.head')
    .where('member.room', '=', room)
    .where('member.user_id', '=', user)
    .where('member.is_active', '=', 1)
    .executeTakeFirst();
  return row?.head;
}
