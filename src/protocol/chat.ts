/** `public`: anybody may join. `private`: members only. `direct`: two users, made by the first message. */
export type RoomKind = 'public' | 'private' | 'direct';

/** What a member may do; each holds the rights of those after it. A `reader` joins and reads. */
export const ROLES = ['owner', 'moderator', 'member', 'reader'] as const;
export type Role = (typeof ROLES)[number];

interface EntryBase {
  readonly room: string;
  /** Place in the room: from 1, without holes, shared by all kinds of entries. */
  readonly seq: number;
  /** Who did it: a user, or `api-key:<name>`. */
  readonly from: string;
  /** Epoch milliseconds. Never an order. */
  readonly time: number;
}

/** A message as it stands now. Deleted, it keeps its place as a tombstone: `body` null, `deletedAt` set. */
export interface ChatMessage extends EntryBase {
  readonly type: 'message';
  readonly id: string;
  /** The sender's own id of it, which makes a repeated send harmless. */
  readonly clientMsgId: string;
  /** The recipient of a direct message. */
  readonly to?: string;
  readonly body: string | null;
  /** What the application wants beside the text, for example references of attachments. */
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly editedAt?: number;
  readonly deletedAt?: number;
}

/** The message at `target` got another body. Null when it was deleted or edited again since. */
export interface ChatEdit extends EntryBase {
  readonly type: 'edit';
  readonly target: number;
  readonly body: string | null;
}

/** The message at `target` became a tombstone. */
export interface ChatDeletion extends EntryBase {
  readonly type: 'deletion';
  readonly target: number;
}

export type MemberAction =
  'added' | 'left' | 'removed' | 'role' | 'kicked' | 'muted' | 'unmuted' | 'banned' | 'unbanned';

/** Something happened to a member. */
export interface MemberEvent extends EntryBase {
  readonly type: 'member';
  readonly user: string;
  readonly action: MemberAction;
  readonly role?: Role;
  /** End of a mute or ban, epoch milliseconds; absent: for ever. */
  readonly until?: number;
  readonly reason?: string;
}

/** What a room's log holds, and what is pushed live: one push event for each type. */
export type RoomEntry = ChatMessage | ChatEdit | ChatDeletion | MemberEvent;

/** The push that carries an entry. */
export const PUSH_OF_ENTRY = {
  message: 'chat.message',
  edit: 'chat.edited',
  deletion: 'chat.deleted',
  member: 'chat.member',
} as const satisfies Record<RoomEntry['type'], string>;

/** A stretch of a room's log, oldest first. */
export interface RoomPage {
  readonly messages: readonly RoomEntry[];
  /** Oldest entry kept; `head + 1` while there is none. */
  readonly first: number;
  /** Newest entry; 0 while there is none. */
  readonly head: number;
  /** There is more in the direction that was asked for. */
  readonly more: boolean;
}

/** Why a join with `since` could not bring exactly what was missed. The newest page comes instead. */
export type NotRecovered = 'epoch' | 'ahead' | 'trimmed' | 'tooMany';

export interface JoinReply extends RoomPage {
  readonly room: string;
  readonly kind: RoomKind;
  readonly title?: string;
  /** The other user of a direct room. */
  readonly peer?: string;
  readonly role: Role;
  /** Changes when the numbers of the room start anew. */
  readonly epoch: number;
  /** `messages` are exactly what followed `since`. */
  readonly recovered: boolean;
  readonly reason?: NotRecovered;
  readonly read: number;
  readonly unread: number;
  readonly mutedUntil?: number;
  readonly slowModeSeconds?: number;
  /** Who is connected in this room, this user included; absent in a crowd. */
  readonly members?: readonly string[];
}

export interface SendReply {
  readonly room: string;
  readonly seq: number;
  readonly id: string;
  readonly time: number;
  /** An earlier send with this `clientMsgId` had been stored; this is its place. */
  readonly duplicate: boolean;
  /** What the message says, where that is not what was sent: a policy rewrote it, or it was edited since. */
  readonly body?: string;
}

/** A room in the list of a user. */
export interface RoomSummary {
  readonly room: string;
  readonly kind: RoomKind;
  readonly title?: string;
  readonly peer?: string;
  readonly role: Role;
  readonly epoch: number;
  readonly head: number;
  readonly read: number;
  /** Messages by others after `read` that are not deleted; counted up to 1,000. */
  readonly unread: number;
}

/** Someone's presence. `lastSeen` (epoch milliseconds) is known while this node remembers. */
export interface UserPresence {
  readonly user: string;
  readonly online: boolean;
  readonly lastSeen?: number;
}

/** Largest `unread` that is counted. */
export const MAX_UNREAD = 1000;
