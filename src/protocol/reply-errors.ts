/** What an `error` reply may say. The connection lives on; `retryable` says whether the same command may succeed later. */
interface ReplyErrorRow {
  readonly message: string;
  readonly retryable: boolean;
}

export const REPLY_ERRORS = {
  bad_json: { message: 'The message is not valid JSON.', retryable: false },
  bad_frame: { message: 'The message is not an envelope of this protocol.', retryable: false },
  unknown_event: { message: 'There is no such command.', retryable: false },
  validation: { message: 'The data of the command breaks a rule.', retryable: false },
  forbidden: { message: 'This is not allowed.', retryable: false },
  already_authenticated: { message: 'The connection is authenticated already.', retryable: false },
  token_invalid: { message: 'The token was refused.', retryable: false },
  rate_limited: { message: 'Too many commands. Slow down.', retryable: true },
  limit_exceeded: { message: 'A limit of this connection would be exceeded.', retryable: false },
  unknown_symbol: { message: 'There is no such symbol.', retryable: false },
  too_large: { message: 'The body of the message is too large.', retryable: false },
  id_conflict: { message: 'The clientMsgId was used for another message.', retryable: false },
  not_found: { message: 'There is no such message.', retryable: false },
  muted: { message: 'You may not write in this room.', retryable: false },
  slow_mode: { message: 'The room takes one message in a while. Wait.', retryable: true },
  refused: { message: 'The message was refused by the policy of this service.', retryable: false },
  unavailable: { message: 'The service cannot do this now.', retryable: true },
  internal: { message: 'The command failed.', retryable: true },
} as const satisfies Record<string, ReplyErrorRow>;

export type ReplyErrorCode = keyof typeof REPLY_ERRORS;

/** The `data` of an `error` reply. Never holds anything the client sent, nor the text of a caught error. */
export interface ReplyErrorData {
  readonly code: ReplyErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  /** Paths of the fields that broke a rule, with the rule; no values. */
  readonly fields?: readonly string[];
  /** Finds the cause in the server's log. */
  readonly correlationId?: string;
}

export type ReplyErrorExtras = Pick<ReplyErrorData, 'retryAfterMs' | 'fields' | 'correlationId'>;

export function replyErrorData(code: ReplyErrorCode, extras?: ReplyErrorExtras): ReplyErrorData {
  return { code, ...REPLY_ERRORS[code], ...extras };
}

/** Thrown by a service to refuse a command with a row of the table. */
export class CommandRefused extends Error {
  constructor(
    readonly code: ReplyErrorCode,
    readonly extras?: ReplyErrorExtras,
    options?: ErrorOptions,
  ) {
    super(REPLY_ERRORS[code].message, options);
  }
}
