const TEXT = 0x81;
const PONG = 0x8a;
const MASKED = 0x80;
const LENGTH_16_BIT = 126;
const MAX_16_BIT = 0xffff;

/** Any key is a valid mask (RFC 6455 section 5.3); randomness guards proxies, and there is none here. */
const MASK_KEY = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function clientTextFrame(text: string): Buffer {
  return maskedFrame(TEXT, Buffer.from(text));
}

export function clientPongFrame(payload: Buffer): Buffer {
  return maskedFrame(PONG, payload);
}

function maskedFrame(firstByte: number, payload: Buffer): Buffer {
  if (payload.length > MAX_16_BIT) {
    throw new RangeError('Client frames of the bench stay below 64 KiB');
  }
  const isShort = payload.length < LENGTH_16_BIT;
  const header = isShort
    ? [firstByte, MASKED | payload.length]
    : [firstByte, MASKED | LENGTH_16_BIT, payload.length >> 8, payload.length & 0xff];
  const masked = payload.map((byte, index) => byte ^ MASK_KEY[index & 3]!);
  return Buffer.concat([Buffer.from(header), MASK_KEY, masked]);
}
