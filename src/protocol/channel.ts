/**
 * Names of channels, made and parsed here alone.
 *
 * - `all`: everyone, subscribed by the server at connect. Log stream.
 * - `user:<id>`: one user on every device, subscribed by the server at connect. Log stream.
 * - `chat:<room>`: what happens in a room, subscribed by joining it. Log stream, numbered.
 * - `presence:<id>`: whether a user is online, subscribed by asking for it. Log stream.
 * - `quotes:<SYMBOL>`: the newest quote. Merge stream.
 */
export const ALL_CHANNEL = 'all';

const USER_PREFIX = 'user:';
const CHAT_PREFIX = 'chat:';
const PRESENCE_PREFIX = 'presence:';
const QUOTES_PREFIX = 'quotes:';

/** The push that carries the values of merge streams. */
export const MERGE_EVENT = 'quotes';

export const userChannel = (userId: string): string => USER_PREFIX + userId;
export const chatChannel = (room: string): string => CHAT_PREFIX + room;
export const presenceChannel = (userId: string): string => PRESENCE_PREFIX + userId;
export const quotesChannel = (symbol: string): string => QUOTES_PREFIX + symbol;

/** The symbol of a `quotes:` channel. */
export const symbolOf = (channel: string): string => channel.slice(QUOTES_PREFIX.length);

/** The room of a `chat:` channel. */
export const roomOf = (channel: string): string => channel.slice(CHAT_PREFIX.length);
