/** Opcodes of RFC 6455 section 5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface RawFrameOptions {
  /** Text unless said otherwise. */
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits as a number: 4 is RSV1. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** What the header claims, where that is not the truth. */
  readonly declaredLength?: bigint;
  /** How many bits the header spends on the length; the shortest form unless said otherwise. */
  readonly lengthBits?: 7 | 16 | 64;
}

export interface ServerFrame {
  readonly opcode: number;
  readonly fin: boolean;
  readonly payload: Buffer;
}

/** Fixed, so that a failing run repeats. */
const MASK = Buffer.from([0x12, 0x34, 0x56, 0x78]);

/** One client frame, as wrong as asked for. */
export function rawFrame(payload: string | Buffer, options: RawFrameOptions = {}): Buffer {
  const { opcode = OPCODE.text, fin = true, rsv = 0, masked = true } = options;
  const body = Buffer.from(payload);
  const length = options.declaredLength ?? BigInt(body.length);
  const bits = options.lengthBits ?? (length <= 125n ? 7 : length <= 65_535n ? 16 : 64);
  const header = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  header[1] = (masked ? 0x80 : 0) | (bits === 7 ? Number(length) : bits === 16 ? 126 : 127);
  if (bits === 16) {
    header.writeUInt16BE(Number(length), 2);
  } else if (bits === 64) {
    header.writeBigUInt64BE(length, 2);
  }
  if (!masked) {
    return Buffer.concat([header, body]);
  }
  return Buffer.concat([header, MASK, body.map((byte, index) => byte ^ MASK[index % MASK.length]!)]);
}

/** A close frame; without a code its body is empty. */
export function closeFrame(code?: number, reason: string | Buffer = ''): Buffer {
  if (code === undefined) {
    return rawFrame('', { opcode: OPCODE.close });
  }
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return rawFrame(Buffer.concat([head, Buffer.from(reason)]), { opcode: OPCODE.close });
}

/** The server frame at the start of `bytes` and the bytes it takes; undefined while it is incomplete. */
export function readServerFrame(bytes: Buffer): [ServerFrame, number] | undefined {
  const shortLength = bytes.length < 2 ? 0 : bytes[1]! & 0x7f;
  const headerLength = shortLength === 127 ? 10 : shortLength === 126 ? 4 : 2;
  if (bytes.length < headerLength) {
    return undefined;
  }
  if ((bytes[1]! & 0x80) !== 0) {
    throw new Error('A server must not mask (RFC 6455 section 5.1)');
  }
  const length =
    shortLength === 127
      ? Number(bytes.readBigUInt64BE(2))
      : shortLength === 126
        ? bytes.readUInt16BE(2)
        : shortLength;
  const end = headerLength + length;
  if (bytes.length < end) {
    return undefined;
  }
  const payload = bytes.subarray(headerLength, end);
  return [{ opcode: bytes[0]! & 0x0f, fin: (bytes[0]! & 0x80) !== 0, payload }, end];
}
