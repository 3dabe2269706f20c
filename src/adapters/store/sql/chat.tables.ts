import type { Insertable, Selectable } from 'kysely';
import type { MemberAction, Role, RoomEntry, RoomKind } from '../../../protocol/chat.js';

/** Rooms, their members and logs, and what makes a repeated send harmless. */
export interface ChatTables {
  room: RoomTable;
  member: MemberTable;
  entry: EntryTable;
  send_key: SendKeyTable;
}

/** Its row is the lock of everything in the room. */
interface RoomTable {
  id: string;
  kind: RoomKind;
  title: string | null;
  epoch: number;
  slow_mode_seconds: number;
  head: number;
  /** Oldest entry kept; `head + 1` while there is none. */
  first: number;
  created_at: number;
  peer_one: string | null;
  peer_two: string | null;
}

/** Everybody the room has known: those who left or were banned too. */
interface MemberTable {
  room: string;
  user_id: string;
  role: Role;
  joined_at: number;
  /** `FOREVER` until lifted; null when not. */
  muted_until: number | null;
  banned_until: number | null;
  read_seq: number;
  is_active: 0 | 1;
}

/** The log of a room. Columns that a type of entry does not have are null. */
interface EntryTable {
  room: string;
  seq: number;
  type: RoomEntry['type'];
  sender: string;
  time: number;
  id: string | null;
  client_msg_id: string | null;
  recipient: string | null;
  body: string | null;
  meta: string | null;
  edited_at: number | null;
  /** The edit that holds the body of an edited message too; earlier edits hold none any more. */
  edited_by: number | null;
  deleted_at: number | null;
  /** The message that an edit or deletion is about. */
  target: number | null;
  /** The member that an event is about. */
  user_id: string | null;
  action: MemberAction | null;
  role: Role | null;
  until: number | null;
  reason: string | null;
}

/** What a send became. Outlives its entry, so that a late retry is still known. */
interface SendKeyTable {
  key: string;
  room: string;
  seq: number;
  id: string;
  time: number;
  fingerprint: string;
}

export type RoomRow = Selectable<RoomTable>;
export type MemberRow = Selectable<MemberTable>;
export type EntryRow = Selectable<EntryTable>;
export type NewEntryRow = Insertable<EntryTable>;
export type SendKeyRow = Selectable<SendKeyTable>;
