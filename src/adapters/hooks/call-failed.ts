/**
 * Why a call to a configured URL failed: its address was refused by us, no complete answer in time, no connection, an
 * answer that is not 2xx, one that cannot be read, or too many calls waiting already. A label of metrics.
 */
export type FailureReason = 'ssrf' | 'timeout' | 'connection' | 'status' | 'answer' | 'overload';

/** A call that failed. Its text holds nothing of the URL, the request or the answer. */
export class CallFailed extends Error {
  /** `code`: what Node calls it, for example `ECONNREFUSED`, or the status of the answer. */
  constructor(
    readonly reason: FailureReason,
    code?: string,
  ) {
    super(code === undefined ? reason : `${reason} (${code})`);
  }
}
