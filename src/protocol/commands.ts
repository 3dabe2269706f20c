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

/** Every command: what the client sends in `data`, what the reply's `data` holds. */
export interface CommandMap {
  auth: { data: { token: string }; reply: Welcome };
  'auth.refresh': { data: { token: string }; reply: { expiresAt: number } };
  ping: { data: unknown; reply: { time: number } };
  echo: { data: unknown; reply: unknown };
  'quotes.subscribe': { data: { symbols: string[]; mode?: SubscriptionMode }; reply: SubscribeReply };
  'quotes.unsubscribe': { data: { symbols: string[] }; reply: { symbols: string[] } };
  'quotes.list': { data: undefined; reply: { symbols: string[] } };
  'updates.ack': { data: { ids: string[] }; reply: { acked: string[] } };
}

export type ReplyOf<Name extends keyof CommandMap> = CommandMap[Name]['reply'];
