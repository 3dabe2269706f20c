/** Nesting and size a command may have. Bodies are bounded in bytes by the transport before. */
const MAX_DEPTH = 16;
const MAX_KEYS = 64;
const MAX_ARRAY_LENGTH = 10_000;

/** Keys that could reach a prototype once somebody copies the object with less care. */
const REFUSED_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * True when `text` nests deeper than a command may. A scan before parsing: `JSON.parse` itself takes 50,000 levels,
 * and what it returns then overflows the stack of whoever walks or serialises it.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charCodeAt(index);
    if (isInString) {
      if (character === 0x5c /* \ */) {
        index += 1;
      } else if (character === 0x22 /* " */) {
        isInString = false;
      }
    } else if (character === 0x22) {
      isInString = true;
    } else if (character === 0x5b /* [ */ || character === 0x7b /* { */) {
      depth += 1;
      if (depth > MAX_DEPTH) {
        return true;
      }
    } else if (character === 0x5d /* ] */ || character === 0x7d /* } */) {
      depth -= 1;
    }
  }
  return false;
}

/** True when a parsed value keeps the limits: keys, array lengths, and numbers that JSON did not silently change. */
export function isWithinLimits(value: unknown): boolean {
  return keysLeft(value, MAX_KEYS) >= 0;
}

/** True when a parsed value, bounded in depth, has a key that could reach a prototype or a number JSON changed. */
export function holdsRefusedValue(value: unknown): boolean {
  if (typeof value === 'number') {
    return !isExact(value);
  }
  return (
    typeof value === 'object' &&
    value !== null &&
    ((!Array.isArray(value) && Object.keys(value).some((key) => REFUSED_KEYS.has(key))) ||
      Object.values(value).some(holdsRefusedValue))
  );
}

/** How many keys of the budget are left after `value`; negative when it breaks a limit. */
function keysLeft(value: unknown, budget: number): number {
  if (typeof value === 'number') {
    return isExact(value) ? budget : -1;
  }
  if (typeof value !== 'object' || value === null) {
    return budget;
  }
  if (Array.isArray(value)) {
    return value.length > MAX_ARRAY_LENGTH ? -1 : value.reduce<number>(spend, budget);
  }
  const keys = Object.keys(value);
  if (keys.some((key) => REFUSED_KEYS.has(key))) {
    return -1;
  }
  return Object.values(value).reduce<number>(spend, budget - keys.length);
}

function spend(budget: number, value: unknown): number {
  return budget < 0 ? budget : keysLeft(value, budget);
}

/** `1e400` became Infinity and 2^53+1 was rounded: whoever sent that must send text. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
