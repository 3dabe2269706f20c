import { type Role, ROLES } from '../../../protocol/chat.js';
import type { Member, MemberChange } from '../../../ports/room-store.port.js';
import { newMember } from './room-rows.js';

/** The membership after a change. `unchanged` when it says so already, `no_member` when there is nobody to change. */
export type ChangedMember = Member | 'unchanged' | 'no_member' | 'refused';

/** What a change makes of a membership. `head` is what a new member has read. */
export function changedMember(
  change: MemberChange,
  current: Member | undefined,
  head: number,
): ChangedMember {
  switch (change.action) {
    case 'added':
      return added(change, current, head);
    case 'banned':
      return banned(change, current, head);
    case 'unbanned':
      return current === undefined ? 'no_member' : lifted(current, 'bannedUntil', change.time);
    case 'left':
    case 'removed':
    case 'kicked':
      return current === undefined ? 'no_member' : gone(current);
    default:
      return current?.isActive === true ? changedActive(change, current) : 'no_member';
  }
}

function changedActive(
  { action, role, until = Infinity, time }: MemberChange,
  current: Member,
): ChangedMember {
  if (action === 'unmuted') {
    return lifted(current, 'mutedUntil', time);
  }
  if (action === 'muted') {
    return current.mutedUntil === until ? 'unchanged' : { ...current, mutedUntil: until };
  }
  return role === undefined || role === current.role ? 'unchanged' : { ...current, role };
}

/** Whether `actor` may make `after` of `before`. Owners act on everybody, moderators on those below them. */
export function mayChange(
  actor: Member | undefined,
  before: Member | undefined,
  change: MemberChange,
): boolean {
  if (actor === undefined || !actor.isActive) {
    return false;
  }
  if (actor.role === 'owner') {
    return true;
  }
  const isAboveTarget = before?.isActive !== true || isAbove(actor.role, before.role);
  const given = change.action === 'added' || change.action === 'role' ? change.role : undefined;
  return actor.role === 'moderator' && isAboveTarget && (given === undefined || isAbove(actor.role, given));
}

/** An owner before who is none after. */
export function losesOwnership(before: Member | undefined, after: Member): boolean {
  return isOwner(before) && !isOwner(after);
}

const isOwner = (member: Member | undefined): boolean => member?.isActive === true && member.role === 'owner';

const isAbove = (role: Role, other: Role): boolean => ROLES.indexOf(role) < ROLES.indexOf(other);

function added(change: MemberChange, current: Member | undefined, head: number): ChangedMember {
  const role = change.role ?? 'member';
  if (current === undefined) {
    return newMember(change.user, role, change.time, head);
  }
  if (isBanned(current, change.time)) {
    return 'refused';
  }
  if (current.isActive) {
    return current.role === role ? 'unchanged' : { ...current, role };
  }
  return rejoined(current, role, change.time);
}

/** A former member who is back. What they had read, and a mute, stay. */
export function rejoined(former: Member, role: Role, time: number): Member {
  return { ...former, role, joinedAt: time, bannedUntil: undefined, isActive: true };
}

export function isBanned({ bannedUntil }: Member, time: number): boolean {
  return bannedUntil !== undefined && bannedUntil > time;
}

function banned(
  { user, until = Infinity, time }: MemberChange,
  current: Member | undefined,
  head: number,
): ChangedMember {
  const member = current ?? newMember(user, 'member', time, head);
  return !member.isActive && member.bannedUntil === until
    ? 'unchanged'
    : { ...member, isActive: false, bannedUntil: until };
}

function gone(current: Member): ChangedMember {
  return current.isActive ? { ...current, isActive: false } : 'unchanged';
}

function lifted(current: Member, end: 'mutedUntil' | 'bannedUntil', time: number): ChangedMember {
  return (current[end] ?? 0) > time ? { ...current, [end]: undefined } : 'unchanged';
}
