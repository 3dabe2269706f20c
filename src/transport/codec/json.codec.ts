import { Codec, type DecodeFault } from '../../protocol/codec.js';
import { type Command, type CommandId, isCommandId, MAX_EVENT_LENGTH } from '../../protocol/envelope.js';
import type { ReplyErrorData } from '../../protocol/reply-errors.js';
import { frameHeaderLength, textFrame, writeFrameHeader } from '../ws/frame.js';
import { isTooDeep, isWithinLimits } from './json-limits.js';

const ENVELOPE_KEYS = new Set(['id', 'event', 'data']);
const OPENING_BRACKET = 0x5b;
const ARRAY_END = Buffer.from(']}');

/** `tidegate.v1.json`: one JSON envelope in a text frame each. */
export class JsonCodec extends Codec {
  readonly subprotocol = 'tidegate.v1.json';

  private readonly arrayStarts = new Map<string, Buffer>();

  decode(message: string): Command | DecodeFault {
    if (isTooDeep(message)) {
      return { fault: 'bad_frame', id: undefined };
    }
    let envelope: unknown;
    try {
      envelope = JSON.parse(message);
    } catch {
      // The empty message is a frame without an envelope rather than broken JSON.
      return { fault: message.trim() === '' ? 'bad_frame' : 'bad_json', id: undefined };
    }
    if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
      return { fault: 'bad_frame', id: undefined };
    }
    const { id, event, data } = envelope as Record<string, unknown>;
    if (id !== undefined && !isCommandId(id)) {
      return { fault: 'bad_frame', id: undefined };
    }
    if (!isWithinLimits(envelope)) {
      return { fault: 'validation', id };
    }
    const isEnvelope =
      typeof event === 'string' &&
      event.length > 0 &&
      event.length <= MAX_EVENT_LENGTH &&
      Object.keys(envelope).every((key) => ENVELOPE_KEYS.has(key));
    return isEnvelope ? { id, event, data } : { fault: 'bad_frame', id };
  }

  encodeReply(id: CommandId | undefined, data: unknown): Uint8Array {
    return textFrame(`{${idMember(id)}"event":"reply","data":${toJson(data)}}`);
  }

  encodeError(id: CommandId | undefined, error: ReplyErrorData): Uint8Array {
    return textFrame(`{${idMember(id)}"event":"error","data":${toJson(error)}}`);
  }

  encodePush(event: string, data: unknown): Uint8Array {
    return textFrame(`{"event":${toJson(event)},"data":${toJson(data)}}`);
  }

  /** Starts with a comma, so that joining is copying alone. */
  encodeElement(element: unknown): Uint8Array {
    return Buffer.from(`,${toJson(element)}`);
  }

  joinElements(
    event: string,
    elements: readonly Uint8Array[],
    allocate: (bytes: number) => Buffer,
  ): Uint8Array {
    const start = this.arrayStartOf(event);
    let payloadLength = start.length + ARRAY_END.length;
    for (const element of elements) {
      payloadLength += element.length;
    }
    const frame = allocate(frameHeaderLength(payloadLength) + payloadLength);
    let offset = writeFrameHeader(frame, payloadLength);
    frame.set(start, offset);
    offset += start.length;
    const firstComma = offset;
    for (const element of elements) {
      frame.set(element, offset);
      offset += element.length;
    }
    frame[firstComma] = OPENING_BRACKET;
    frame.set(ARRAY_END, offset);
    return frame;
  }

  private arrayStartOf(event: string): Buffer {
    let start = this.arrayStarts.get(event);
    if (start === undefined) {
      start = Buffer.from(`{"event":${toJson(event)},"data":`);
      this.arrayStarts.set(event, start);
    }
    return start;
  }
}

function idMember(id: CommandId | undefined): string {
  return id === undefined ? '' : `"id":${toJson(id)},`;
}

/** `undefined` has no JSON; it is `null` on the wire. */
function toJson(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}
