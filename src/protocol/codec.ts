import type { Command, CommandId } from './envelope.js';
import type { ReplyErrorData } from './reply-errors.js';

/** A message that is not a command: the refusal it gets, with the client's id where it could be read. */
export interface DecodeFault {
  readonly fault: 'bad_json' | 'bad_frame' | 'validation';
  readonly id: CommandId | undefined;
}

/**
 * A wire format: envelopes to bytes as they leave on the transport, framing included, and back. One shared instance
 * serves every session that speaks it, so that a publication is encoded once for all of them.
 */
export abstract class Codec {
  /** The WebSocket subprotocol that selects it. */
  abstract readonly subprotocol: string;

  abstract decode(message: string): Command | DecodeFault;

  abstract encodeReply(id: CommandId | undefined, data: unknown): Uint8Array;
  abstract encodeError(id: CommandId | undefined, error: ReplyErrorData): Uint8Array;
  abstract encodePush(event: string, data: unknown): Uint8Array;

  /** One element of a push whose `data` is an array, without any framing: many sessions share it. */
  abstract encodeElement(element: unknown): Uint8Array;
  /** The push that carries `elements`, at least one, ready to send: in memory of exactly its size from `allocate`. */
  abstract joinElements(
    event: string,
    elements: readonly Uint8Array[],
    allocate: (bytes: number) => Buffer,
  ): Uint8Array;
}
