import type { MemberAction, MemberEvent, Role, RoomKind, RoomSummary } from '../protocol/chat.js';

/** Times are epoch milliseconds throughout. */
export interface Room {
  readonly id: string;
  readonly kind: RoomKind;
  readonly title: string | undefined;
  /** Changes when the room's numbers start anew: a room that was removed and made again, a store that was lost. */
  readonly epoch: number;
  /** Seconds between two messages of a member; 0: off. Moderators are exempt. */
  readonly slowModeSeconds: number;
  /** Newest `seq`; 0 while the log is empty. */
  readonly head: number;
  /** Oldest `seq` kept. */
  readonly first: number;
  readonly createdAt: number;
  /** The two users of a direct room. */
  readonly peers: readonly [string, string] | undefined;
}

export interface Member {
  readonly user: string;
  readonly role: Role;
  readonly joinedAt: number;
  /** `Infinity` until lifted; `undefined` when not. */
  readonly mutedUntil: number | undefined;
  readonly bannedUntil: number | undefined;
  /** Newest `seq` this user has read. */
  readonly read: number;
  /** False for one who left, or was removed, kicked or banned; what is known of them stays. */
  readonly isActive: boolean;
}

export interface NewRoom {
  readonly id: string;
  readonly kind: 'public' | 'private';
  readonly title?: string | undefined;
  readonly slowModeSeconds?: number;
  /** Becomes the first member, with the role `owner`. */
  readonly owner?: string | undefined;
}

export interface RoomPatch {
  readonly kind?: 'public' | 'private';
  readonly title?: string;
  readonly slowModeSeconds?: number;
}

export interface MemberChange {
  readonly room: string;
  readonly user: string;
  readonly action: MemberAction;
  /** Who does it: a user, or `api-key:<name>`. */
  readonly by: string;
  /** `by` must be an active moderator or owner above `user`'s role; false for the back office and for leaving. */
  readonly checkRights: boolean;
  /** Needed by `role`; of `added`, the default is `member`. */
  readonly role?: Role;
  /** End of a mute or ban; absent: until lifted. */
  readonly until?: number;
  readonly reason?: string;
  readonly time: number;
  /** `added` beyond it is refused as full; 0: no bound. */
  readonly maxMembers: number;
}

/** `unchanged`: nothing to do, nothing logged. `refused`: `checkRights` failed. */
export type MemberChangeOutcome =
  | { readonly outcome: 'changed'; readonly event: MemberEvent; readonly member: Member }
  | { readonly outcome: 'unchanged'; readonly member: Member }
  | { readonly outcome: 'no_room' | 'no_member' | 'refused' | 'full' };

/** Rooms, who belongs to them, and how far each member has read. Every method throws `StoreUnavailable`. */
export abstract class RoomStore {
  /** False when it exists already; then nothing is changed. */
  abstract create(room: NewRoom, time: number): Promise<boolean>;
  /** The room afterwards; undefined when there is none. Direct rooms cannot be changed. */
  abstract update(id: string, patch: RoomPatch): Promise<Room | undefined>;
  /** Removes the room with its log and members. False when there is none. */
  abstract remove(id: string): Promise<boolean>;
  abstract find(id: string): Promise<Room | undefined>;
  /** Rooms that are not direct, by id; `after` is the last id of the page before. */
  abstract list(after: string, limit: number): Promise<readonly Room[]>;

  /** The direct room `id` of two users, made when it does not exist; both become active members. */
  abstract openDirect(id: string, peers: readonly [string, string], time: number): Promise<Room>;
  /**
   * The room and the user's membership. A public room takes a stranger, or one who left or was kicked (`admit`, bounded
   * by `maxMembers`): a former `reader` comes back as `reader`, everybody else as `member`, and a mute goes on.
   * `undefined`: no such room, not a member, or banned: the caller cannot tell which.
   */
  abstract enter(
    id: string,
    user: string,
    admit: { readonly time: number; readonly maxMembers: number },
  ): Promise<{ readonly room: Room; readonly member: Member; readonly unread: number } | 'full' | undefined>;
  abstract member(id: string, user: string): Promise<Member | undefined>;
  /** Active members by name; `after` is the last name of the page before. Undefined: no such room. */
  abstract members(id: string, after: string, limit: number): Promise<readonly Member[] | undefined>;
  /** Changes a membership and logs it in the room, in one transaction. */
  abstract changeMember(change: MemberChange): Promise<MemberChangeOutcome>;
  /**
   * Moves the user's marker up to `seq`; a lower one changes nothing, one above `head` is refused. `unread` counts up to
   * `head`, of one snapshot. `undefined`: not an active member.
   */
  abstract markRead(
    id: string,
    user: string,
    seq: number,
  ): Promise<
    | { readonly read: number; readonly unread: number; readonly head: number; readonly moved: boolean }
    | 'ahead'
    | undefined
  >;
  /** The rooms the user is an active member of, by id, with how much of each is unread. */
  abstract roomsOf(user: string, after: string, limit: number): Promise<readonly RoomSummary[]>;
  /** Who has written to the user in a direct room the user is an active member of; at most 5,000. */
  abstract peersOf(user: string): Promise<readonly string[]>;
}
