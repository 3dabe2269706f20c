import { type DeliveryPattern, SEQUENCE_DIGITS } from './bench-message.js';

const OPCODE_BITS = 0x0f;
const LENGTH_BITS = 0x7f;
const LENGTH_16_BIT = 126;
const LENGTH_64_BIT = 127;
const DIGIT_ZERO = 0x30;

export interface FrameSink {
  delivered(sequence: number): void;
  /** Any other frame. `payload` is valid during the call only. */
  received(opcode: number, payload: Buffer): void;
}

/**
 * Reads server frames, unfragmented ones only, as no peer fragments. Deliveries are recognised by comparing bytes and
 * are never decoded: a server that coalesces sends millions of them a second to one load process.
 */
export class FrameReader {
  /** Start of a frame whose end has not arrived. */
  private carry: Buffer | undefined;

  constructor(
    private readonly pattern: DeliveryPattern,
    private readonly sink: FrameSink,
  ) {}

  /** `chunk` is not kept. */
  read(chunk: Buffer): void {
    const bytes = this.carry === undefined ? chunk : Buffer.concat([this.carry, chunk]);
    const end = this.readFrames(bytes);
    this.carry = end === bytes.length ? undefined : Buffer.from(bytes.subarray(end));
  }

  /** Where the first incomplete frame starts. */
  private readFrames(bytes: Buffer): number {
    const { frameBytes } = this.pattern;
    let offset = 0;
    for (;;) {
      if (this.isDelivery(bytes, offset)) {
        this.sink.delivered(this.sequenceAt(bytes, offset));
        offset += frameBytes;
        continue;
      }
      const next = this.readOther(bytes, offset);
      if (next === offset) {
        return offset;
      }
      offset = next;
    }
  }

  private isDelivery(bytes: Buffer, offset: number): boolean {
    const { head, frameBytes } = this.pattern;
    if (offset + frameBytes > bytes.length) {
      return false;
    }
    for (let index = 0; index < head.length; index += 1) {
      if (bytes[offset + index] !== head[index]) {
        return false;
      }
    }
    return true;
  }

  private sequenceAt(bytes: Buffer, offset: number): number {
    const start = offset + this.pattern.sequenceOffset;
    let sequence = 0;
    for (let index = start; index < start + SEQUENCE_DIGITS; index += 1) {
      sequence = sequence * 10 + bytes[index]! - DIGIT_ZERO;
    }
    return sequence;
  }

  /** Reads one frame of any kind (RFC 6455 section 5.2) and returns where it ends; `offset` when it is incomplete. */
  private readOther(bytes: Buffer, offset: number): number {
    if (offset + 2 > bytes.length) {
      return offset;
    }
    let length = bytes[offset + 1]! & LENGTH_BITS;
    let start = offset + 2;
    if (length === LENGTH_16_BIT) {
      start += 2;
      length = start > bytes.length ? Infinity : bytes.readUInt16BE(offset + 2);
    } else if (length === LENGTH_64_BIT) {
      start += 8;
      length = start > bytes.length ? Infinity : Number(bytes.readBigUInt64BE(offset + 2));
    }
    if (start + length > bytes.length) {
      return offset;
    }
    this.sink.received(bytes[offset]! & OPCODE_BITS, bytes.subarray(start, start + length));
    return start + length;
  }
}
