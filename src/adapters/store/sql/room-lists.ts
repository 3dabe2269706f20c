import { type Kysely, sql } from 'kysely';
import type { RoomSummary } from '../../../protocol/chat.js';
import type { Room } from '../../../ports/room-store.port.js';
import type { RoomRow } from './chat.tables.js';
import { roomOf } from './room-rows.js';
import type { Schema } from './schema.js';
import { unread } from './unread.js';

const MAX_PEERS = 5_000;

/** Rooms that are not direct, by id. */
export async function listRooms(db: Kysely<Schema>, after: string, limit: number): Promise<Room[]> {
  const rows = await db
    .selectFrom('room')
    .selectAll()
    .where('kind', '<>', 'direct')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(roomOf);
}

/** The rooms of a user, by id. */
export async function listRoomsOf(
  db: Kysely<Schema>,
  user: string,
  after: string,
  limit: number,
): Promise<RoomSummary[]> {
  const rows = await db
    .selectFrom('member')
    .innerJoin('room', 'room.id', 'member.room')
    .selectAll('room')
    .select(['member.role', 'member.read_seq', unread().as('unread')])
    .where('member.user_id', '=', user)
    .where('member.is_active', '=', 1)
    .where('member.room', '>', after)
    .orderBy('member.room')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const peer = peerOf(row, user);
    return {
      room: row.id,
      kind: row.kind,
      ...(row.title !== null && { title: row.title }),
      ...(peer !== null && { peer }),
      role: row.role,
      epoch: row.epoch,
      head: row.head,
      read: row.read_seq,
      unread: row.unread,
    };
  });
}

/** The other users of a user's direct rooms, where a message of theirs is kept. */
export async function listPeersOf(db: Kysely<Schema>, user: string): Promise<string[]> {
  const peer = sql<string>`case room.peer_one when member.user_id then room.peer_two else room.peer_one end`;
  const rows = await db
    .selectFrom('member')
    .innerJoin('room', 'room.id', 'member.room')
    .select(peer.as('peer'))
    .where('member.user_id', '=', user)
    .where('member.is_active', '=', 1)
    .where('room.kind', '=', 'direct')
    .where((where) =>
      where.exists(
        where
          .selectFrom('entry')
          .select('entry.seq')
          .whereRef('entry.room', '=', 'room.id')
          .where('entry.type', '=', 'message')
          .where('entry.sender', '=', peer),
      ),
    )
    .orderBy('member.room')
    .limit(MAX_PEERS)
    .execute();
  return rows.map((row) => row.peer);
}

function peerOf({ peer_one, peer_two }: RoomRow, user: string): string | null {
  return peer_one === user ? peer_two : peer_one;
}
