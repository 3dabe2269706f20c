/** The connection broke, never came about, or did not answer in time. What else was said of it is in `cause`. */
export class ConnectionLost extends Error {
  constructor(
    /** A statement that may have changed something was under way: it may have been committed or not. */
    readonly isOutcomeUnknown: boolean,
    options: ErrorOptions,
  ) {
    super('The connection to PostgreSQL was lost', options);
  }
}
