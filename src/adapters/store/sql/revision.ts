import type { Kysely } from 'kysely';
import type { ChatDeletion, ChatEdit } from '../../../protocol/chat.js';
import type { ReviseOutcome, Revision } from '../../../ports/message-store.port.js';
import type { Member } from '../../../ports/room-store.port.js';
import { appendEntry } from './append-entry.js';
import type { EntryRow, RoomRow } from './chat.tables.js';
import type { Engine } from './engine.js';
import { readMember } from './member-rows.js';
import { lockRoom } from './room-lock.js';
import type { Schema } from './schema.js';

/** Gives a message another body, inside a transaction. */
export async function editMessage(
  tx: Kysely<Schema>,
  engine: Engine,
  revision: Revision & { readonly body: string },
): Promise<ReviseOutcome<ChatEdit>> {
  const target = await readTarget(tx, engine, revision);
  if ('outcome' in target) {
    return target;
  }
  if (!isByAuthor(revision, target)) {
    return { outcome: 'forbidden' };
  }
  if (target.row.deleted_at !== null) {
    return { outcome: 'not_found' };
  }
  if (target.row.body === revision.body) {
    return { outcome: 'unchanged' };
  }
  const entry = { type: 'edit', ...placed(target.room, revision), body: revision.body } as const;
  await forgetEdit(tx, target.row);
  await setRow(tx, target.row, { body: entry.body, edited_at: entry.time, edited_by: entry.seq });
  await appendRevision(tx, entry);
  return { outcome: 'revised', entry };
}

/** Makes a message a tombstone, inside a transaction: nothing it ever said stays. */
export async function deleteMessage(
  tx: Kysely<Schema>,
  engine: Engine,
  revision: Revision,
): Promise<ReviseOutcome<ChatDeletion>> {
  const target = await readTarget(tx, engine, revision);
  if ('outcome' in target) {
    return target;
  }
  if (!isByAuthor(revision, target) && !isModerator(target.member)) {
    return { outcome: 'forbidden' };
  }
  if (target.row.deleted_at !== null) {
    return { outcome: 'unchanged' };
  }
  const entry = { type: 'deletion', ...placed(target.room, revision) } as const;
  await forgetEdit(tx, target.row);
  await setRow(tx, target.row, { body: null, meta: null, deleted_at: entry.time });
  await appendRevision(tx, entry);
  return { outcome: 'revised', entry };
}

interface Target {
  readonly room: RoomRow;
  /** The message. */
  readonly row: EntryRow;
  /** The membership of who revises, while it is active. */
  readonly member: Member | undefined;
}

/** Somebody who is not in the room learns nothing about what is in it. */
async function readTarget(
  tx: Kysely<Schema>,
  engine: Engine,
  revision: Revision,
): Promise<Target | { readonly outcome: 'forbidden' | 'not_found' }> {
  const room = await lockRoom(tx, engine, revision.room);
  const known = await readMember(tx, revision.room, revision.by);
  const member = known?.isActive === true ? known : undefined;
  if (!revision.isSystem && (room === undefined || member === undefined)) {
    return { outcome: 'forbidden' };
  }
  const row = await tx
    .selectFrom('entry')
    .selectAll()
    .where('room', '=', revision.room)
    .where('seq', '=', revision.target)
    .executeTakeFirst();
  return room === undefined || row?.type !== 'message' ? { outcome: 'not_found' } : { room, row, member };
}

function isByAuthor({ by, time, notBefore, isSystem }: Revision, { row, member }: Target): boolean {
  const mayWrite = member !== undefined && member.role !== 'reader' && !((member.mutedUntil ?? 0) > time);
  return isSystem || (mayWrite && row.sender === by && row.time > notBefore);
}

function isModerator(member: Member | undefined): boolean {
  return member?.role === 'owner' || member?.role === 'moderator';
}

/** Empties the one edit that still holds a body of the message. */
async function forgetEdit(tx: Kysely<Schema>, { room, edited_by }: EntryRow): Promise<void> {
  if (edited_by !== null) {
    await setRow(tx, { room, seq: edited_by }, { body: null });
  }
}

async function setRow(
  tx: Kysely<Schema>,
  { room, seq }: Pick<EntryRow, 'room' | 'seq'>,
  changes: Partial<EntryRow>,
): Promise<void> {
  await tx.updateTable('entry').set(changes).where('room', '=', room).where('seq', '=', seq).execute();
}

function placed(room: RoomRow, { by, time, target }: Revision): Omit<ChatDeletion, 'type'> {
  return { room: room.id, seq: room.head + 1, from: by, time, target };
}

async function appendRevision(tx: Kysely<Schema>, entry: ChatEdit | ChatDeletion): Promise<void> {
  const { room, seq, type, from, time, target } = entry;
  const body = entry.type === 'edit' ? entry.body : null;
  await appendEntry(tx, { room, seq, type, sender: from, time, target, body });
}
