import { ANY_CHARACTER, type Dialect } from '../peers/peer.js';

/** Length of the text where a scenario names no other. */
export const MESSAGE_BYTES = 100;
export const SEQUENCE_DIGITS = 10;

export const MESSAGE_MARKER = 'bench message ';
const TEXT_OPCODE_FIN = 0x81;
const LENGTH_16_BIT = 126;

/** The text that is sent: marker, sequence number of fixed width, filler. */
export function benchMessage(sequence: number, bytes = MESSAGE_BYTES): string {
  return `${MESSAGE_MARKER}${String(sequence).padStart(SEQUENCE_DIGITS, '0')} `.padEnd(bytes, 'x');
}

/** What tells a delivery from every other frame of a peer. All its deliveries have one length. */
export interface DeliveryPattern {
  /** Every byte before the sequence number or before the first that varies, frame header included. */
  readonly head: Buffer;
  /** Where the sequence number starts. */
  readonly sequenceOffset: number;
  readonly frameBytes: number;
}

export function deliveryPattern(dialect: Dialect, messageBytes = MESSAGE_BYTES): DeliveryPattern {
  const payload = Buffer.from(dialect.delivery(benchMessage(0, messageBytes)));
  // Unmasked, 7-bit or 16-bit length (RFC 6455 section 5.2).
  const header =
    payload.length < LENGTH_16_BIT
      ? [TEXT_OPCODE_FIN, payload.length]
      : [TEXT_OPCODE_FIN, LENGTH_16_BIT, payload.length >> 8, payload.length & 0xff];
  const sequenceAt = payload.indexOf(MESSAGE_MARKER) + MESSAGE_MARKER.length;
  const fixed = payload.subarray(0, sequenceAt);
  const variesAt = fixed.indexOf(ANY_CHARACTER);
  return {
    head: Buffer.concat([Buffer.from(header), variesAt === -1 ? fixed : fixed.subarray(0, variesAt)]),
    sequenceOffset: header.length + sequenceAt,
    frameBytes: header.length + payload.length,
  };
}
