/** Attempts of a job; after the last one it is dropped. */
export const MAX_ATTEMPTS = 10;

const FIRST_DELAY_MS = 5_000;
const MAX_DELAY_MS = 3_600_000;
const GROWTH = 4;

/**
 * Milliseconds until the next attempt after `failed` ones, drawn from 0 up to a bound that grows from 5 seconds to an
 * hour; undefined when there is none left. All attempts together end within four and a half hours.
 */
export function retryDelayMs(failed: number, random: () => number = Math.random): number | undefined {
  if (failed >= MAX_ATTEMPTS) {
    return undefined;
  }
  // The whole range is drawn from, so that jobs which failed together do not come back together.
  return Math.floor(random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * GROWTH ** (failed - 1)));
}
