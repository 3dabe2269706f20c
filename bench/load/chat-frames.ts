import { benchMessage, MESSAGE_MARKER, SEQUENCE_DIGITS } from './bench-message.js';
import { clientTextFrame } from './client-frame.js';

/** The public room that exists from the start. */
export const ROOM = 'lobby';

const PUSH_HEAD = Buffer.from('{"event":"chat.message","data":{');
const SEQ_KEY = Buffer.from('"seq":');
const BODY_MARKER = Buffer.from(MESSAGE_MARKER);
const DIGIT_ZERO = 0x30;

/** What the gateway answers to a command. */
export type ChatReply =
  | { readonly event: 'reply'; readonly data: Readonly<Record<string, unknown>> }
  | { readonly event: 'error'; readonly data: { readonly code: string } };

/** A delivery as the load sees it: its place in the room and the number of the message that the body carries. */
export interface Delivery {
  readonly seq: number;
  readonly number: number;
}

export function commandFrame(event: string, data: object): Buffer {
  return clientTextFrame(JSON.stringify({ id: 1, event, data: { room: ROOM, ...data } }));
}

/** `number` is unique in a measurement. */
export function sendFrame(number: number): Buffer {
  return commandFrame('chat.send', { clientMsgId: `m${number}`, body: benchMessage(number) });
}

/** Undefined: another message. Reads bytes, as parsing every delivery would be most of the load. */
export function deliveryIn(payload: Buffer): Delivery | undefined {
  for (let index = 0; index < PUSH_HEAD.length; index += 1) {
    if (payload[index] !== PUSH_HEAD[index]) {
      return undefined;
    }
  }
  const seqAt = payload.indexOf(SEQ_KEY, PUSH_HEAD.length) + SEQ_KEY.length;
  const numberAt = payload.indexOf(BODY_MARKER, seqAt) + BODY_MARKER.length;
  return { seq: numberIn(payload, seqAt), number: numberIn(payload, numberAt) };
}

/** The number that the body of a stored message carries. */
export function numberOfBody(body: string): number {
  return Number(body.slice(MESSAGE_MARKER.length, MESSAGE_MARKER.length + SEQUENCE_DIGITS));
}

function numberIn(payload: Buffer, start: number): number {
  let value = 0;
  for (let index = start; index < payload.length; index += 1) {
    const digit = payload[index]! - DIGIT_ZERO;
    if (digit < 0 || digit > 9) {
      break;
    }
    value = value * 10 + digit;
  }
  return value;
}
