import type { Kysely } from 'kysely';
import type { RoomPage } from '../../../protocol/chat.js';
import type { PageRequest } from '../../../ports/message-store.port.js';
import type { EntryRow } from './chat.tables.js';
import { entryOf } from './entry-rows.js';
import type { Schema } from './schema.js';

/** Reads a page and the bounds of its room in one statement, so that they belong together. */
export async function readPage(
  db: Kysely<Schema>,
  room: string,
  { since, before, limit }: PageRequest,
): Promise<(RoomPage & { readonly epoch: number }) | undefined> {
  const isForward = since !== undefined;
  const stretch = db
    .selectFrom('entry')
    .selectAll()
    .where('entry.room', '=', room)
    .$if(isForward, (query) => query.where('entry.seq', '>', Number(since)))
    .$if(!isForward && before !== undefined, (query) => query.where('entry.seq', '<', Number(before)))
    .orderBy('entry.seq', isForward ? 'asc' : 'desc')
    // One more than asked for tells whether there is more.
    .limit(limit + 1);
  const rows = await db
    .selectFrom('room')
    .leftJoin(stretch.as('stretch'), 'stretch.room', 'room.id')
    .selectAll('stretch')
    .select(['room.epoch as room_epoch', 'room.head as room_head', 'room.first as room_first'])
    .where('room.id', '=', room)
    .orderBy('stretch.seq', isForward ? 'asc' : 'desc')
    .execute();
  const [bounds] = rows;
  if (bounds === undefined) {
    return undefined;
  }
  const found = rows.filter((row): row is typeof row & EntryRow => row.seq !== null);
  const messages = found.slice(0, limit).map(entryOf);
  return {
    messages: isForward ? messages : messages.toReversed(),
    first: bounds.room_first,
    head: bounds.room_head,
    epoch: bounds.room_epoch,
    more: found.length > limit,
  };
}
