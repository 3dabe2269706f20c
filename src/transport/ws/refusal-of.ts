import { HttpException } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { CommandRefused, type ReplyErrorCode } from '../../protocol/reply-errors.js';

/** Nest's text for a guard that said no (`FORBIDDEN_MESSAGE` in `@nestjs/core`, which it does not export). */
const GUARD_REFUSAL = 'Forbidden resource';

const CODE_BY_STATUS: ReadonlyMap<number, ReplyErrorCode> = new Map([
  [401, 'forbidden'],
  [403, 'forbidden'],
  [429, 'rate_limited'],
  [503, 'unavailable'],
]);

/** The refusal an error of Nest's pipeline stands for; undefined for one that nobody meant to happen. */
export function refusalOf(error: unknown): CommandRefused | undefined {
  if (error instanceof CommandRefused) {
    return error;
  }
  if (error instanceof StoreUnavailable) {
    return new CommandRefused('unavailable');
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    const code = CODE_BY_STATUS.get(status) ?? (isClientError(status) ? 'validation' : undefined);
    return code && new CommandRefused(code);
  }
  if (error instanceof WsException) {
    return new CommandRefused(error.getError() === GUARD_REFUSAL ? 'forbidden' : 'validation');
  }
  return undefined;
}

const isClientError = (status: number): boolean => status >= 400 && status < 500;
