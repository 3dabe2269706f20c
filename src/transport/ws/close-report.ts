import { CLOSE_REASONS } from '../../protocol/close-codes.js';

/** What `ws` calls a fault in the peer's frames, and the close code it answers with. */
const PROTOCOL_ERRORS: Readonly<Record<string, { readonly code: number; readonly reason: string }>> = {
  WS_ERR_INVALID_UTF8: CLOSE_REASONS.utf8,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: CLOSE_REASONS.tooBig,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: CLOSE_REASONS.tooBig,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: CLOSE_REASONS.fragments,
};

export interface CloseReport {
  /** `peer` for codes a client chose: they must not become labels. */
  readonly code: string;
  readonly reason: string;
}

/** Who ended a connection and why, in words from our own table. `code` is what `ws` saw in the peer's close frame. */
export function closeReport(
  endedBy: { readonly code: number; readonly reason: string } | undefined,
  protocolErrorCode: string | undefined,
  code: number,
): CloseReport {
  const ours =
    endedBy ??
    (protocolErrorCode?.startsWith('WS_ERR_')
      ? (PROTOCOL_ERRORS[protocolErrorCode] ?? CLOSE_REASONS.protocol)
      : undefined);
  if (ours !== undefined) {
    return { code: String(ours.code), reason: ours.reason };
  }
  // 1006: the connection broke without a close frame (RFC 6455 section 7.1.5).
  return code === 1006 ? { code: '1006', reason: 'aborted' } : { code: 'peer', reason: 'normal' };
}
