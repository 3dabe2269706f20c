import type { Kysely } from 'kysely';
import type { MemberEvent, Role } from '../../../protocol/chat.js';
import type { Member, MemberChange, MemberChangeOutcome } from '../../../ports/room-store.port.js';
import { appendEntry } from './append-entry.js';
import type { Engine } from './engine.js';
import { changedMember, losesOwnership, mayChange } from './member-changes.js';
import { hasOtherOwner, isFull, readMember, writeMember } from './member-rows.js';
import { lockRoom } from './room-lock.js';
import type { Schema } from './schema.js';

/** Changes a membership and logs it, inside a transaction. */
export async function changeMember(
  tx: Kysely<Schema>,
  engine: Engine,
  change: MemberChange,
): Promise<MemberChangeOutcome> {
  const room = await lockRoom(tx, engine, change.room);
  if (room === undefined) {
    return { outcome: 'no_room' };
  }
  const before = await readMember(tx, room.id, change.user);
  // Two users have nobody to lead them: nothing can be changed in their room.
  if (room.kind === 'direct' || !(await isAllowed(tx, change, before))) {
    return { outcome: 'refused' };
  }
  const after = changedMember(change, before, room.head);
  if (after === 'unchanged') {
    return { outcome: 'unchanged', member: before as Member };
  }
  if (typeof after === 'string') {
    return { outcome: after };
  }
  if (
    change.checkRights &&
    losesOwnership(before, after) &&
    !(await hasOtherOwner(tx, room.id, change.user))
  ) {
    return { outcome: 'refused' };
  }
  const isNew = after.isActive && before?.isActive !== true;
  if (isNew && (await isFull(tx, room.id, change.maxMembers))) {
    return { outcome: 'full' };
  }
  await writeMember(tx, room.id, after);
  const event = eventOf(change, room.head + 1, after.role);
  await logEvent(tx, event);
  return { outcome: 'changed', event, member: after };
}

async function isAllowed(
  tx: Kysely<Schema>,
  change: MemberChange,
  target: Member | undefined,
): Promise<boolean> {
  return !change.checkRights || mayChange(await readMember(tx, change.room, change.by), target, change);
}

function eventOf(
  { room, user, action, by, time, until, reason }: MemberChange,
  seq: number,
  role: Role,
): MemberEvent {
  const givesRole = action === 'added' || action === 'role';
  const mayEnd = action === 'muted' || action === 'banned';
  return {
    type: 'member',
    room,
    seq,
    from: by,
    time,
    user,
    action,
    ...(givesRole && { role }),
    ...(mayEnd && until !== undefined && { until }),
    ...(reason !== undefined && { reason }),
  };
}

async function logEvent(tx: Kysely<Schema>, event: MemberEvent): Promise<void> {
  const { room, seq, type, from, time, user, action, role = null, until = null, reason = null } = event;
  await appendEntry(tx, { room, seq, type, sender: from, time, user_id: user, action, role, until, reason });
}
