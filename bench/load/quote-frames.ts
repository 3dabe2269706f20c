/** The symbols of the bench: names of one length, so that places in an encoded quote are known. */
export const SYMBOL_COUNT = 500;
const SYMBOL_DIGITS = 3;

export function symbolNamed(number: number): string {
  return `S${String(number).padStart(SYMBOL_DIGITS, '0')}`;
}

export const ALL_SYMBOLS: readonly string[] = Array.from({ length: SYMBOL_COUNT }, (_, number) =>
  symbolNamed(number),
);

/** How every quote of the bench starts: when and in which push it left, then the first field of the product. */
const STAMP_HEAD = '{"pushedAt":';
const STAMP_DIGITS = 13;
const PUSH_KEY = ',"push":';
/** Pushes are counted from here, so that all numbers have one length. */
export const FIRST_PUSH = 1_000_000;
const PUSH_DIGITS = 7;
const SYMBOL_KEY = ',"symbol":"S';

const HEAD = Buffer.from(`{"event":"quotes","data":[${STAMP_HEAD}`);
const PUSH_AT = STAMP_HEAD.length + STAMP_DIGITS + PUSH_KEY.length;
const SYMBOL_AT = PUSH_AT + PUSH_DIGITS + SYMBOL_KEY.length;
/** No quote is shorter. */
const MIN_QUOTE_BYTES = 100;
/** Nor that much shorter than the one before it: what is behind is searched for the next one. */
const MAX_SHORTER_BYTES = 40;

const DIGIT_ZERO = 0x30;
const COMMA = 0x2c;
const OPENING_BRACE = 0x7b;

/** What the load compares of one message. */
export interface QuotePush {
  readonly pushedAtMs: number;
  /** The push that all quotes of the message belong to; 0 when they belong to several. */
  readonly push: number;
  readonly quotes: number;
  /** Sum of the numbers of the symbols: tells whether these are the symbols that were asked for. */
  readonly symbolSum: number;
}

/** Undefined: another message. Reads bytes, as parsing a million quotes a second would take more than the load has. */
export function quotePushIn(payload: Buffer): QuotePush | undefined {
  for (let index = 0; index < HEAD.length; index += 1) {
    if (payload[index] !== HEAD[index]) {
      return undefined;
    }
  }
  let start = HEAD.length - STAMP_HEAD.length;
  const pushedAtMs = digitsAt(payload, start + STAMP_HEAD.length, STAMP_DIGITS);
  const push = digitsAt(payload, start + PUSH_AT, PUSH_DIGITS);
  let quotes = 0;
  let symbolSum = 0;
  let isOnePush = true;
  let quoteBytes = 0;
  while (start < payload.length) {
    quotes += 1;
    symbolSum += digitsAt(payload, start + SYMBOL_AT, SYMBOL_DIGITS);
    isOnePush = isOnePush && digitsAt(payload, start + PUSH_AT, PUSH_DIGITS) === push;
    const next = nextQuote(payload, start + Math.max(MIN_QUOTE_BYTES, quoteBytes - MAX_SHORTER_BYTES));
    quoteBytes = next - start;
    start = next;
  }
  return { pushedAtMs, push: isOnePush ? push : 0, quotes, symbolSum };
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
