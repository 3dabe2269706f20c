/**
 * What a close code tells a client to do next. Codes: RFC 6455 section 7.4.1 and the IANA registry; 4xxx are
 * the gateway's own. A code that is not named here (1001, 1006, 1011, 1012, 3008, unknown ones) means: back
 * off, come back.
 */

/** Coming back would meet the same refusal: finished, our bug, not allowed, replaced, wrong version. */
const FINAL = new Set([1000, 1002, 1003, 1007, 1009, 3003, 4001, 4406]);

/** Overload and policy want more patience than the backoff gives. Milliseconds. */
const FLOOR_MS = new Map([
  [1008, 30_000],
  [1013, 5_000],
  [4409, 60_000],
]);

const UNAUTHORIZED = 3000;

/** @returns {{ mayReturn: boolean, floorMs: number, needsNewToken: boolean }} */
export function reconnectRule(code) {
  return {
    mayReturn: !FINAL.has(code),
    floorMs: FLOOR_MS.get(code) ?? 0,
    needsNewToken: code === UNAUTHORIZED,
  };
}
