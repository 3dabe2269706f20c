import { MAX_UNREAD, type RoomEntry, type Role } from '../../src/protocol/chat.js';
import type { NewMessage, Revision } from '../../src/ports/message-store.port.js';
import type { Member, MemberChange } from '../../src/ports/room-store.port.js';

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

interface Entry {
  readonly type: RoomEntry['type'];
  readonly seq: number;
  readonly from: string;
  readonly time: number;
  body?: string | null;
  editedAt?: number;
  deletedAt?: number;
  readonly [field: string]: unknown;
}

const RANK: Readonly<Record<Role, number>> = { owner: 3, moderator: 2, member: 1, reader: 0 };

/** What a public room should hold and answer, said as plainly as can be: arrays, no batches, no transactions. */
export class RoomModel {
  readonly members = new Map<string, Mutable<Member>>();
  log: Entry[] = [];
  head = 0;
  private readonly sends = new Map<string, { readonly content: string; readonly message: Entry }>();

  constructor(readonly id: string) {}

  get first(): number {
    return this.head - this.log.length + 1;
  }

  append({ from, clientMsgId, id, time, body, sentBody }: NewMessage): string {
    const key = `${from} ${clientMsgId}`;
    const earlier = this.sends.get(key);
    if (earlier !== undefined) {
      return earlier.content === sentBody ? `duplicate ${earlier.message.seq}` : 'conflict';
    }
    const member = this.active(from);
    if (member === undefined || member.role === 'reader') {
      return 'forbidden';
    }
    if ((member.mutedUntil ?? 0) > time) {
      return 'muted';
    }
    const message = this.push('message', from, time, { id, clientMsgId, body });
    this.sends.set(key, { content: sentBody, message });
    return `stored ${message.seq}`;
  }

  edit(revision: Revision, body: string): string {
    const refusal = this.refusalOf(revision, false);
    const target = this.messageAt(revision.target);
    if (refusal !== undefined || target === undefined) {
      return refusal ?? 'not_found';
    }
    if (target.deletedAt !== undefined) {
      return 'not_found';
    }
    if (target.body === body) {
      return 'unchanged';
    }
    this.forgetEdits(revision.target);
    target.body = body;
    target.editedAt = revision.time;
    this.push('edit', revision.by, revision.time, { target: revision.target, body });
    return 'revised';
  }

  delete(revision: Revision): string {
    const refusal = this.refusalOf(revision, true);
    const target = this.messageAt(revision.target);
    if (refusal !== undefined || target === undefined) {
      return refusal ?? 'not_found';
    }
    if (target.deletedAt !== undefined) {
      return 'unchanged';
    }
    this.forgetEdits(revision.target);
    target.body = null;
    target.deletedAt = revision.time;
    this.push('deletion', revision.by, revision.time, { target: revision.target });
    return 'revised';
  }

  change({ user, action, by, checkRights, role, until, time }: MemberChange): string {
    const before = this.members.get(user);
    const given = action === 'added' || action === 'role' ? role! : undefined;
    if (checkRights && !this.mayChange(by, this.active(user), given)) {
      return 'refused';
    }
    if (action === 'added' && (before?.bannedUntil ?? 0) > time) {
      return 'refused';
    }
    const after = changed(
      { action, role: role!, until: until ?? Infinity, time },
      before,
      this.joined(user, time),
    );
    if (after === 'no_member' || after === 'unchanged') {
      return after;
    }
    const wasOwner = before?.isActive === true && before.role === 'owner';
    const staysOwner = after.isActive && after.role === 'owner';
    const others = [...this.members.values()].filter((member) => member.isActive && member.role === 'owner');
    if (checkRights && wasOwner && !staysOwner && others.length === 1) {
      return 'refused';
    }
    this.members.set(user, after);
    const ends = until !== undefined && (action === 'muted' || action === 'banned');
    this.push('member', by, time, { user, action, ...(given && { role: given }), ...(ends && { until }) });
    return 'changed';
  }

  enter(user: string, time: number): string {
    const before = this.members.get(user);
    if (before?.isActive === true) {
      return `inside ${this.unread(before)}`;
    }
    if ((before?.bannedUntil ?? 0) > time) {
      return 'out';
    }
    const role = before?.role === 'reader' ? 'reader' : 'member';
    const fields = { role, joinedAt: time, bannedUntil: undefined, isActive: true } as const;
    const after = { ...(before ?? this.joined(user, time)), ...fields };
    this.members.set(user, after);
    return `inside ${this.unread(after)}`;
  }

  markRead(user: string, seq: number): string {
    const member = this.active(user);
    if (member === undefined || seq > this.head) {
      return member === undefined ? 'out' : 'ahead';
    }
    const moved = seq > member.read;
    member.read = Math.max(member.read, seq);
    return `${member.read} ${this.unread(member)} of ${this.head} ${moved}`;
  }

  trim(before: number, maxPerRoom: number): number {
    const length = this.log.length;
    const isOut = ({ time }: Entry): boolean => time < before || this.log.length > maxPerRoom;
    while (this.log.length > 0 && isOut(this.log[0]!)) {
      this.log.shift();
    }
    return length - this.log.length;
  }

  private push(type: Entry['type'], from: string, time: number, fields: object): Entry {
    this.head += 1;
    const entry = { type, room: this.id, seq: this.head, from, time, ...fields };
    this.log.push(entry);
    return entry;
  }

  private active(user: string): Mutable<Member> | undefined {
    const member = this.members.get(user);
    return member?.isActive === true ? member : undefined;
  }

  private joined(user: string, time: number): Member {
    const nothing = { mutedUntil: undefined, bannedUntil: undefined };
    return { user, role: 'member', joinedAt: time, ...nothing, read: this.head, isActive: true };
  }

  private messageAt(seq: number): Entry | undefined {
    return this.log.find((entry) => entry.seq === seq && entry.type === 'message');
  }

  private refusalOf({ by, target, time }: Revision, isDeletion: boolean): string | undefined {
    const member = this.active(by);
    const message = this.messageAt(target);
    if (member === undefined || message === undefined) {
      return member === undefined ? 'forbidden' : 'not_found';
    }
    const asAuthor = message.from === by && member.role !== 'reader' && (member.mutedUntil ?? 0) <= time;
    return asAuthor || (isDeletion && RANK[member.role] >= RANK.moderator) ? undefined : 'forbidden';
  }

  private forgetEdits(target: number): void {
    this.log
      .filter((entry) => entry['target'] === target && 'body' in entry)
      .forEach((entry) => (entry.body = null));
  }

  private mayChange(by: string, target: Member | undefined, given: Role | undefined): boolean {
    const actor = this.active(by);
    if (actor?.role === 'owner') {
      return true;
    }
    const below = (role: Role | undefined): boolean => role === undefined || RANK[role] < RANK.moderator;
    return actor?.role === 'moderator' && below(target?.role) && below(given);
  }

  unread(member: Member): number {
    const counted = this.log.filter(
      ({ type, seq, from, deletedAt }) =>
        type === 'message' && seq > member.read && from !== member.user && deletedAt === undefined,
    );
    return Math.min(counted.length, MAX_UNREAD);
  }
}

function changed(
  { action, role, until, time }: { action: string; role: Role; until: number; time: number },
  before: Member | undefined,
  stranger: Member,
): Member | 'no_member' | 'unchanged' {
  if (action === 'added') {
    if (before?.isActive === true) {
      return before.role === role ? 'unchanged' : { ...before, role };
    }
    return { ...(before ?? stranger), role, joinedAt: time, bannedUntil: undefined, isActive: true };
  }
  if (action === 'banned') {
    const isSame = before?.isActive === false && before.bannedUntil === until;
    return isSame ? 'unchanged' : { ...(before ?? stranger), isActive: false, bannedUntil: until };
  }
  if (before === undefined) {
    return 'no_member';
  }
  if (action === 'unbanned') {
    return (before.bannedUntil ?? 0) > time ? { ...before, bannedUntil: undefined } : 'unchanged';
  }
  if (action === 'left' || action === 'removed' || action === 'kicked') {
    return before.isActive ? { ...before, isActive: false } : 'unchanged';
  }
  if (!before.isActive) {
    return 'no_member';
  }
  if (action === 'role') {
    return before.role === role ? 'unchanged' : { ...before, role };
  }
  if (action === 'muted') {
    return before.mutedUntil === until ? 'unchanged' : { ...before, mutedUntil: until };
  }
  return (before.mutedUntil ?? 0) > time ? { ...before, mutedUntil: undefined } : 'unchanged';
}
