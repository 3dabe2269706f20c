import type { Kysely } from 'kysely';
import type { NewEntryRow } from './chat.tables.js';
import type { Schema } from './schema.js';

/** Adds the entry after the head of a room that is locked, and raises the head to it. */
export async function appendEntry(tx: Kysely<Schema>, entry: NewEntryRow): Promise<void> {
  await tx.insertInto('entry').values(entry).execute();
  await tx.updateTable('room').set({ head: entry.seq }).where('id', '=', entry.room).execute();
}
