import type {
  JoinReply,
  MemberAction,
  Role,
  RoomPage,
  RoomSummary,
  SendReply,
  UserPresence,
} from './chat.js';
import type { Quote } from './quote.js';
import type { ReplyErrorCode } from './reply-errors.js';
import type { Welcome } from './pushes.js';

/** How a subscription treats values its client is too slow for: keep the newest, or deliver every one. */
export type SubscriptionMode = 'merge' | 'all';

/** `accepted` and `rejected` answer the symbols of this command; `quotes` holds a snapshot of each accepted one. */
export interface SubscribeReply {
  readonly mode: SubscriptionMode;
  readonly accepted: readonly string[];
  readonly rejected: readonly { readonly symbol: string; readonly code: ReplyErrorCode }[];
  readonly quotes: readonly Quote[];
}

/** A room by name, or the direct room with a user: exactly one of the two. */
export interface RoomOrPeer {
  room?: string;
  to?: string;
}

export interface NewMessageData {
  clientMsgId: string;
  body: string;
  meta?: Record<string, unknown>;
}

/** Where an edit or a deletion stands in the room's log; null when it changed nothing. */
export interface EntryReply {
  readonly room: string;
  readonly seq: number | null;
}

/** Every command: what the client sends in `data`, what the reply's `data` holds. */
export interface CommandMap {
  auth: { data: { token: string; device?: string }; reply: Welcome };
  'auth.refresh': { data: { token: string }; reply: { expiresAt: number } };
  ping: { data: unknown; reply: { time: number } };
  echo: { data: unknown; reply: unknown };
  'quotes.subscribe': { data: { symbols: string[]; mode?: SubscriptionMode }; reply: SubscribeReply };
  'quotes.unsubscribe': { data: { symbols: string[] }; reply: { symbols: string[] } };
  'quotes.list': { data: undefined; reply: { symbols: string[] } };
  'chat.join': { data: RoomOrPeer & { since?: number; epoch?: number; limit?: number }; reply: JoinReply };
  'chat.leave': { data: { room: string; quit?: boolean }; reply: Record<string, never> };
  'chat.send': { data: RoomOrPeer & NewMessageData; reply: SendReply };
  'chat.edit': { data: { room: string; target: number; body: string }; reply: EntryReply };
  'chat.delete': { data: { room: string; target: number }; reply: EntryReply };
  'chat.history': {
    data: { room: string; since?: number; before?: number; limit?: number };
    reply: RoomPage & { room: string; epoch: number };
  };
  'chat.read': {
    data: { room: string; seq: number };
    reply: { room: string; read: number; unread: number };
  };
  'chat.typing': { data: { room: string; typing: boolean }; reply: Record<string, never> };
  'chat.rooms': {
    data: { after?: string; limit?: number } | undefined;
    reply: { rooms: readonly RoomSummary[]; next: string | null };
  };
  'chat.moderate': {
    data: {
      room: string;
      user: string;
      action: Exclude<MemberAction, 'left'>;
      role?: Role;
      forSeconds?: number;
      reason?: string;
    };
    reply: { seq: number | null };
  };
  'presence.get': {
    data: { room?: string; users?: string[]; watch?: boolean };
    reply: { users: readonly UserPresence[] };
  };
  'updates.ack': { data: { ids: string[] }; reply: { acked: string[] } };
}

export type ReplyOf<Name extends keyof CommandMap> = CommandMap[Name]['reply'];
