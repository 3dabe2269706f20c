import { HttpException } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { CommandRefused, type ReplyErrorCode } from '../../protocol/reply-errors.js';

/** Nest's text for a guard that said no (`FORBIDDEN_MESSAGE` in `@nestjs/core`, which it does not export). */
const GUARD_REFUSAL = 'Forbidden resource';

const CODE_BY_STATUS: ReadonlyMap<number, ReplyErrorCode> = new Map([
  [400, 'validation'],
  [401, 'forbidden'],
  [403, 'forbidden'],
  [422, 'validation'],
  [429, 'rate_limited'],
  [503, 'unavailable'],
]);

/** The refusal an error of Nest's pipeline stands for; undefined for one that nobody meant to happen. */
export function refusalOf(error: unknown): CommandRefused | undefined {
  if (error instanceof CommandRefused) {
    return error;
  }
  if (error instanceof HttpException) {
    const code = CODE_BY_STATUS.get(error.getStatus());
    return code && new CommandRefused(code);
  }
  return error instanceof WsException && error.getError() === GUARD_REFUSAL
    ? new CommandRefused('forbidden')
    : undefined;
}
