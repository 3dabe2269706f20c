import type { Kysely } from 'kysely';
import type { MemberRow } from './chat.tables.js';
import { memberRow, newMember, newRoomRow } from './room-rows.js';
import type { Schema } from './schema.js';

export interface DirectRoom {
  readonly id: string;
  readonly peers: readonly [string, string];
  readonly time: number;
}

/** Makes the direct rooms that do not exist yet, with both users as members. */
export async function makeDirectRooms(tx: Kysely<Schema>, rooms: readonly DirectRoom[]): Promise<void> {
  // In the order of ids, against deadlocks with a writer that makes the same rooms.
  const wanted = new Map(rooms.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((room) => [room.id, room]));
  const made = await tx
    .insertInto('room')
    .values(
      [...wanted.values()].map(({ id, peers, time }) => ({
        ...newRoomRow(id, 'direct', time),
        peer_one: peers[0],
        peer_two: peers[1],
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute();
  const members = made.flatMap(({ id }) => membersOf(wanted.get(id) as DirectRoom));
  if (members.length > 0) {
    await tx
      .insertInto('member')
      .values(members)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}

function membersOf({ id, peers, time }: DirectRoom): MemberRow[] {
  return peers.map((user) => memberRow(id, newMember(user, 'member', time, 0)));
}
