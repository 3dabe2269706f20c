import { DatabaseSync } from '@photostructure/sqlite';
import type { MemberAction, Role, RoomEntry } from '../../src/protocol/chat.js';
import { groupBy } from './group-by.js';

/** The log of every room as the tables have it, past the code under test. */
export const STORED_LOG_SQL = 'select * from entry order by room, seq';

type Row = Record<string, unknown>;

/** From the file of a gateway that has ended. */
export function readSqliteLog(file: string): Map<string, RoomEntry[]> {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return entriesByRoom(database.prepare(STORED_LOG_SQL).all() as Row[]);
  } finally {
    database.close();
  }
}

export function entriesByRoom(rows: readonly Row[]): Map<string, RoomEntry[]> {
  return groupBy(rows.map(entryOf), ({ room }) => room);
}

function entryOf(row: Row): RoomEntry {
  const place = {
    room: row['room'] as string,
    // PostgreSQL gives 64-bit numbers as text.
    seq: Number(row['seq']),
    from: row['sender'] as string,
    time: Number(row['time']),
  };
  const target = Number(row['target']);
  const body = row['body'] as string | null;
  switch (row['type'] as RoomEntry['type']) {
    case 'message':
      return {
        ...place,
        type: 'message',
        id: row['id'] as string,
        clientMsgId: row['client_msg_id'] as string,
        ...(row['recipient'] !== null && { to: row['recipient'] as string }),
        body,
      };
    case 'edit':
      return { ...place, type: 'edit', target, body };
    case 'deletion':
      return { ...place, type: 'deletion', target };
    default:
      return {
        ...place,
        type: 'member',
        user: row['user_id'] as string,
        action: row['action'] as MemberAction,
        ...(row['role'] !== null && { role: row['role'] as Role }),
      };
  }
}
