/** The client's own number or short string, echoed in the reply. */
export type CommandId = number | string;

/** What a client sends: `{ id?, event, data? }`. */
export interface Command {
  readonly id: CommandId | undefined;
  readonly event: string;
  readonly data: unknown;
}

/** Longest `id` and `event` taken, in UTF-16 units. */
export const MAX_COMMAND_ID_LENGTH = 64;
export const MAX_EVENT_LENGTH = 64;

export function isCommandId(value: unknown): value is CommandId {
  return typeof value === 'string'
    ? value.length > 0 && value.length <= MAX_COMMAND_ID_LENGTH
    : Number.isSafeInteger(value);
}
