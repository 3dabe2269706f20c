import type { Kysely } from 'kysely';
import type { RoomSummary } from '../../../protocol/chat.js';
import {
  type Member,
  type MemberChange,
  type MemberChangeOutcome,
  type NewRoom,
  type Room,
  type RoomPatch,
  RoomStore,
} from '../../../ports/room-store.port.js';
import { changeMember } from './change-member.js';
import { makeDirectRooms } from './direct-rooms.js';
import type { Engine } from './engine.js';
import { admit, seenByMember } from './enter-room.js';
import { readMember, writeMember } from './member-rows.js';
import { moveReadMarker } from './read-marker.js';
import { removeRoom } from './remove-room.js';
import { listPeersOf, listRooms, listRoomsOf } from './room-lists.js';
import { memberOf, newMember, newRoomRow, roomOf } from './room-rows.js';
import type { Schema } from './schema.js';

/** Rooms and members in SQL. */
export class SqlRoomStore extends RoomStore {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly engine: Engine,
  ) {
    super();
  }

  override async create(room: NewRoom, time: number): Promise<boolean> {
    const row = {
      ...newRoomRow(room.id, room.kind, time),
      title: room.title ?? null,
      slow_mode_seconds: room.slowModeSeconds ?? 0,
    };
    return this.db.transaction().execute(async (tx) => {
      const made = await tx
        .insertInto('room')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      const isMade = made.numInsertedOrUpdatedRows === 1n;
      if (isMade && room.owner !== undefined) {
        await writeMember(tx, room.id, newMember(room.owner, 'owner', time, 0));
      }
      return isMade;
    });
  }

  override async update(id: string, patch: RoomPatch): Promise<Room | undefined> {
    const { kind, title, slowModeSeconds } = patch;
    const changes = {
      ...(kind !== undefined && { kind }),
      ...(title !== undefined && { title }),
      ...(slowModeSeconds !== undefined && { slow_mode_seconds: slowModeSeconds }),
    };
    const row = await this.db
      .updateTable('room')
      .set({ id, ...changes })
      .where('id', '=', id)
      .where('kind', '<>', 'direct')
      .returningAll()
      .executeTakeFirst();
    return row && roomOf(row);
  }

  override remove(id: string): Promise<boolean> {
    return removeRoom(this.db, this.engine, id);
  }

  override async find(id: string): Promise<Room | undefined> {
    const row = await this.db.selectFrom('room').selectAll().where('id', '=', id).executeTakeFirst();
    return row && roomOf(row);
  }

  override list(after: string, limit: number): Promise<readonly Room[]> {
    return listRooms(this.db, after, limit);
  }

  override async openDirect(id: string, peers: readonly [string, string], time: number): Promise<Room> {
    await this.db.transaction().execute((tx) => makeDirectRooms(tx, [{ id, peers, time }]));
    const row = await this.db.selectFrom('room').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    return roomOf(row);
  }

  override async enter(
    id: string,
    user: string,
    admission: Parameters<RoomStore['enter']>[2],
  ): Promise<Awaited<ReturnType<RoomStore['enter']>>> {
    const seen = await seenByMember(this.db, id, user);
    if (seen !== undefined) {
      return seen;
    }
    const outcome = await this.db.transaction().execute((tx) => admit(tx, this.engine, id, user, admission));
    return outcome === 'admitted' ? seenByMember(this.db, id, user) : outcome;
  }

  override member(id: string, user: string): Promise<Member | undefined> {
    return readMember(this.db, id, user);
  }

  override async members(id: string, after: string, limit: number): Promise<readonly Member[] | undefined> {
    const rows = await this.db
      .selectFrom('member')
      .selectAll()
      .where('room', '=', id)
      .where('user_id', '>', after)
      .where('is_active', '=', 1)
      .orderBy('user_id')
      .limit(limit)
      .execute();
    return rows.length === 0 && (await this.find(id)) === undefined ? undefined : rows.map(memberOf);
  }

  override changeMember(change: MemberChange): Promise<MemberChangeOutcome> {
    return this.db.transaction().execute((tx) => changeMember(tx, this.engine, change));
  }

  override markRead(
    id: string,
    user: string,
    seq: number,
  ): Promise<Awaited<ReturnType<RoomStore['markRead']>>> {
    return moveReadMarker(this.db, id, user, seq);
  }

  override roomsOf(user: string, after: string, limit: number): Promise<readonly RoomSummary[]> {
    return listRoomsOf(this.db, user, after, limit);
  }

  override peersOf(user: string): Promise<readonly string[]> {
    return listPeersOf(this.db, user);
  }
}
