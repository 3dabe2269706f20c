import type { Role } from '../../../protocol/chat.js';
import type { Member, Room } from '../../../ports/room-store.port.js';
import type { MemberRow, RoomRow } from './chat.tables.js';

/** `Infinity` in a column of integers: the last moment a `Date` can hold. */
const FOREVER = 8_640_000_000_000_000;

export function roomOf(row: RoomRow): Room {
  return {
    id: row.id,
    kind: row.kind,
    title: row.title ?? undefined,
    epoch: row.epoch,
    slowModeSeconds: row.slow_mode_seconds,
    head: row.head,
    first: row.first,
    createdAt: row.created_at,
    peers: row.peer_one === null || row.peer_two === null ? undefined : [row.peer_one, row.peer_two],
  };
}

/** The row of a room without entries; `time` becomes its epoch. */
export function newRoomRow(id: string, kind: RoomRow['kind'], time: number): RoomRow {
  return {
    id,
    kind,
    title: null,
    epoch: time,
    slow_mode_seconds: 0,
    head: 0,
    first: 1,
    created_at: time,
    peer_one: null,
    peer_two: null,
  };
}

export function memberOf(row: MemberRow): Member {
  return {
    user: row.user_id,
    role: row.role,
    joinedAt: row.joined_at,
    mutedUntil: untilOf(row.muted_until),
    bannedUntil: untilOf(row.banned_until),
    read: row.read_seq,
    isActive: row.is_active === 1,
  };
}

/** Somebody new, who has read the log up to `read`. */
export function newMember(user: string, role: Role, joinedAt: number, read: number): Member {
  return { user, role, joinedAt, mutedUntil: undefined, bannedUntil: undefined, read, isActive: true };
}

export function memberRow(room: string, member: Member): MemberRow {
  return {
    room,
    user_id: member.user,
    role: member.role,
    joined_at: member.joinedAt,
    muted_until: untilColumn(member.mutedUntil),
    banned_until: untilColumn(member.bannedUntil),
    read_seq: member.read,
    is_active: member.isActive ? 1 : 0,
  };
}

function untilOf(column: number | null): number | undefined {
  return column === null ? undefined : column >= FOREVER ? Infinity : column;
}

function untilColumn(until: number | undefined): number | null {
  return until === undefined ? null : Math.min(until, FOREVER);
}
