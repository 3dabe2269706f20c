/** FIN and opcode 1: a whole text message in one frame (RFC 6455 section 5.2). */
const FIN_TEXT = 0x81;
const MAX_7_BIT_LENGTH = 125;
const MAX_16_BIT_LENGTH = 65_535;

/** Bytes of the header of an unmasked server frame. */
export function frameHeaderLength(payloadLength: number): number {
  if (payloadLength <= MAX_7_BIT_LENGTH) {
    return 2;
  }
  return payloadLength <= MAX_16_BIT_LENGTH ? 4 : 10;
}

/** Writes the header of a text frame at the start of `target`; returns where the payload begins. */
export function writeFrameHeader(target: Buffer, payloadLength: number): number {
  target[0] = FIN_TEXT;
  if (payloadLength <= MAX_7_BIT_LENGTH) {
    target[1] = payloadLength;
    return 2;
  }
  if (payloadLength <= MAX_16_BIT_LENGTH) {
    target[1] = 126;
    target.writeUInt16BE(payloadLength, 2);
    return 4;
  }
  target[1] = 127;
  target.writeBigUInt64BE(BigInt(payloadLength), 2);
  return 10;
}

/** A text message as it goes on the socket, header and payload in one buffer, so that it is framed once for everybody. */
export function textFrame(text: string): Buffer {
  const payloadLength = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(frameHeaderLength(payloadLength) + payloadLength);
  frame.write(text, writeFrameHeader(frame, payloadLength), 'utf8');
  return frame;
}
