import type { ChatDeletion, ChatMessage, MemberEvent, RoomEntry } from '../../../protocol/chat.js';
import type { EntryRow } from './chat.tables.js';

/** The entry in a row of the log. */
export function entryOf(row: EntryRow): RoomEntry {
  switch (row.type) {
    case 'message':
      return messageOf(row);
    case 'edit':
      return { type: 'edit', ...revisionOf(row), body: row.body };
    case 'deletion':
      return { type: 'deletion', ...revisionOf(row) };
    default:
      return memberEventOf(row);
  }
}

/** The message in a row of type `message`. */
export function messageOf(row: EntryRow): ChatMessage {
  return {
    type: 'message',
    room: row.room,
    seq: row.seq,
    id: String(row.id),
    from: row.sender,
    clientMsgId: String(row.client_msg_id),
    time: row.time,
    ...(row.recipient !== null && { to: row.recipient }),
    body: row.body,
    ...(row.meta !== null && { meta: JSON.parse(row.meta) as Record<string, unknown> }),
    ...(row.edited_at !== null && { editedAt: row.edited_at }),
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
  };
}

function revisionOf(row: EntryRow): Omit<ChatDeletion, 'type'> {
  return { room: row.room, seq: row.seq, from: row.sender, time: row.time, target: Number(row.target) };
}

function memberEventOf(row: EntryRow): MemberEvent {
  return {
    type: 'member',
    room: row.room,
    seq: row.seq,
    from: row.sender,
    time: row.time,
    user: String(row.user_id),
    action: row.action as MemberEvent['action'],
    ...(row.role !== null && { role: row.role }),
    ...(row.until !== null && { until: row.until }),
    ...(row.reason !== null && { reason: row.reason }),
  };
}
