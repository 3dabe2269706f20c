/** Full jitter: a crowd that lost its server together must not come back together. */
const BASE_MS = 500;
const CEILING_MS = 30_000;

/** How long to wait before attempt `failures` + 1, in milliseconds. */
export function backoffMs(failures) {
  return Math.random() * Math.min(CEILING_MS, BASE_MS * 2 ** failures);
}
