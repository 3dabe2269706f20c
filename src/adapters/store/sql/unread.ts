import { type RawBuilder, sql } from 'kysely';
import { MAX_UNREAD } from '../../../protocol/chat.js';

/** Messages by others after a member's marker that are not deleted, up to `MAX_UNREAD`. For queries on `member`. */
export function unread(): RawBuilder<number> {
  return sql<number>`(select count(*) from (
    select 1 from entry
    where entry.room = member.room and entry.seq > member.read_seq and entry.type = 'message'
      and entry.sender <> member.user_id and entry.deleted_at is null
    limit ${sql.lit(MAX_UNREAD)}) as counted)`;
}
