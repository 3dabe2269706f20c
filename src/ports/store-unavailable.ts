/**
 * Thrown by every store when it cannot answer now: down, locked, full, too slow. Nothing was acknowledged; the caller
 * may try again later. Never holds the text of the engine's error, which may quote data.
 */
export class StoreUnavailable extends Error {
  constructor(
    /** The connection broke while a commit was under way: it may have happened or not. */
    readonly isOutcomeUnknown = false,
    options?: ErrorOptions,
  ) {
    super('The store is unavailable', options);
  }
}
