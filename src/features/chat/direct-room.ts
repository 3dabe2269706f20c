import { createHash } from 'node:crypto';
import { CommandRefused } from '../../protocol/reply-errors.js';

const PREFIX = 'dm:';

/** The one room of two users, whoever writes first. Hashed, since user ids may hold anything and be long. */
export function directRoomId(one: string, other: string): string {
  // A user id holds no line break, so no two pairs make the same text.
  const pair = one < other ? `${one}\n${other}` : `${other}\n${one}`;
  return PREFIX + createHash('sha256').update(pair).digest('base64url').slice(0, 32);
}

/** The direct room a command of `user` names by `to`. Nobody has one with themselves. */
export function directRoomWith(user: string, to: string): string {
  if (user === to) {
    throw new CommandRefused('validation', { fields: ['to: another user'] });
  }
  return directRoomId(user, to);
}

export const isDirectRoomId = (room: string): boolean => room.startsWith(PREFIX);
