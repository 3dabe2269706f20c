import type { ChatDeletion, ChatEdit, ChatMessage, MemberEvent, UserPresence } from './chat.js';
import type { Quote } from './quote.js';

/** Time on the way that a repeated `chat.typing` is allowed beyond its interval. */
export const TYPING_GRACE_MS = 2000;

/** The first message of an authenticated connection. Times are epoch milliseconds. */
export interface Welcome {
  readonly session: string;
  readonly user: string;
  readonly roles: readonly string[];
  readonly protocol: string;
  readonly serverTime: number;
  readonly heartbeatIntervalMs: number;
  readonly limits: {
    readonly maxPayloadBytes: number;
    readonly commandsPerSecond: number;
    readonly subscriptions: number;
    readonly rooms: number;
    readonly maxBodyBytes: number;
  };
  /** How often `chat.typing` is to be repeated, and when it expires without. */
  readonly typing: { readonly intervalMs: number; readonly expiryMs: number };
  readonly expiresAt: number;
}

/** An update that a back office sent on demand. `id` is the same on every device: clients drop repeats by it. */
export interface UpdatePush {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
  readonly sentAt: number;
  readonly expiresAt?: number;
  readonly requireAck: boolean;
}

/** Every unsolicited server message and its `data`. */
export interface PushMap {
  welcome: Welcome;
  quotes: readonly Quote[];
  'chat.message': ChatMessage;
  'chat.edited': ChatEdit;
  'chat.deleted': ChatDeletion;
  'chat.member': MemberEvent;
  /** To all devices of the user who read. */
  'chat.read': { readonly room: string; readonly read: number; readonly unread: number };
  /** To connections that asked for `chat.rooms`: a room of theirs has news. */
  'chat.unread': { readonly room: string; readonly head: number; readonly unread: number };
  'chat.typing': { readonly room: string; readonly user: string; readonly typing: boolean };
  /** This connection no longer gets the room: kicked, banned, removed, or the room is gone. */
  'chat.left': { readonly room: string; readonly reason: 'kicked' | 'banned' | 'removed' | 'closed' };
  presence: UserPresence;
  update: UpdatePush;
  'auth.expiring': { readonly expiresAt: number };
  reconnect: { readonly afterMs: number; readonly reason: string };
  lagged: { readonly symbols: readonly string[]; readonly missed: number };
}
