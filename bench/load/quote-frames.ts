/** The symbols of the bench: names of one length, so that places in an encoded quote are known. */
export const SYMBOL_COUNT = 500;
const SYMBOL_DIGITS = 3;

export function symbolNamed(number: number): string {
  return `S${String(number).padStart(SYMBOL_DIGITS, '0')}`;
}

export const ALL_SYMBOLS: readonly string[] = Array.from({ length: SYMBOL_COUNT }, (_, number) =>
  symbolNamed(number),
);

/** How every quote of the bench starts: when it was pushed, in epoch milliseconds, then the first field of the product. */
const STAMP_HEAD = '{"pushedAt":';
const STAMP_DIGITS = 13;
const SYMBOL_HEAD = ',"symbol":"S';
const SEQ_KEY = Buffer.from('"seq":');

const PUSH_HEAD = Buffer.from(`{"event":"quotes","data":[${STAMP_HEAD}`);
const SYMBOL_AT = STAMP_HEAD.length + STAMP_DIGITS + SYMBOL_HEAD.length;
/** No quote is shorter; what is behind it is searched for the next one. */
const MIN_QUOTE_BYTES = 100;

const DIGIT_ZERO = 0x30;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;

/** What the load compares of one push. All quotes of a push were published together. */
export interface QuotePush {
  readonly pushedAtMs: number;
  /** Of every quote; 0 when they differ. */
  readonly seq: number;
  readonly quotes: number;
  /** Sum of the numbers of the symbols: tells whether these are the symbols that were asked for. */
  readonly symbolSum: number;
}

/** Undefined: another message. Reads bytes, as parsing a million quotes a second would take more than the load has. */
export function quotePushIn(payload: Buffer): QuotePush | undefined {
  for (let index = 0; index < PUSH_HEAD.length; index += 1) {
    if (payload[index] !== PUSH_HEAD[index]) {
      return undefined;
    }
  }
  let start = PUSH_HEAD.length - STAMP_HEAD.length;
  const pushedAtMs = digitsAt(payload, start + STAMP_HEAD.length, STAMP_DIGITS);
  const seqOffset = payload.indexOf(SEQ_KEY, start) + SEQ_KEY.length - start;
  const seq = numberAt(payload, start + seqOffset);
  let quotes = 0;
  let symbolSum = 0;
  let isOneSeq = true;
  while (start < payload.length) {
    quotes += 1;
    symbolSum += digitsAt(payload, start + SYMBOL_AT, SYMBOL_DIGITS);
    isOneSeq = isOneSeq && numberAt(payload, start + seqOffset) === seq;
    start = nextQuote(payload, start + MIN_QUOTE_BYTES);
  }
  return { pushedAtMs, seq: isOneSeq ? seq : 0, quotes, symbolSum };
}

/** Quotes hold no objects: a brace behind a comma begins the next one. */
function nextQuote(payload: Buffer, from: number): number {
  let index = from;
  while (index < payload.length && !(payload[index] === OPENING_BRACE && payload[index - 1] === COMMA)) {
    index += 1;
  }
  return index;
}

function digitsAt(payload: Buffer, start: number, digits: number): number {
  let value = 0;
  for (let index = start; index < start + digits; index += 1) {
    value = value * 10 + payload[index]! - DIGIT_ZERO;
  }
  return value;
}

function numberAt(payload: Buffer, start: number): number {
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
