/**
 * Why the server ends a connection. `reason` travels in the close frame and is the metric label; `reconnect` tells
 * clients whether, and how, they may come back.
 */
export interface CloseReason {
  readonly code: number;
  readonly reason: string;
  readonly reconnect: 'no' | 'backoff' | 'after 5 s' | 'after 30 s' | 'after 60 s' | 'with a new token';
}

/** Registered codes first (RFC 6455 section 7.4.1; 3000, 3003 and 3008 in IANA's registry); 4xxx where none says it. */
export const CLOSE_REASONS = {
  protocol: { code: 1002, reason: 'protocol', reconnect: 'no' },
  binary: { code: 1003, reason: 'binary', reconnect: 'no' },
  utf8: { code: 1007, reason: 'utf8', reconnect: 'no' },
  badJson: { code: 1007, reason: 'bad_json', reconnect: 'no' },
  badFrames: { code: 1008, reason: 'bad_frames', reconnect: 'after 30 s' },
  rate: { code: 1008, reason: 'rate', reconnect: 'after 30 s' },
  flood: { code: 1008, reason: 'flood', reconnect: 'after 30 s' },
  fragments: { code: 1008, reason: 'fragments', reconnect: 'after 30 s' },
  pushOnly: { code: 1008, reason: 'push_only', reconnect: 'after 30 s' },
  nothingToPush: { code: 1008, reason: 'nothing_to_push', reconnect: 'after 30 s' },
  tooBig: { code: 1009, reason: 'too_big', reconnect: 'no' },
  internal: { code: 1011, reason: 'internal', reconnect: 'backoff' },
  drain: { code: 1012, reason: 'drain', reconnect: 'backoff' },
  slowConsumer: { code: 1013, reason: 'slow_consumer', reconnect: 'after 5 s' },
  tokenInvalid: { code: 3000, reason: 'token_invalid', reconnect: 'with a new token' },
  tokenExpired: { code: 3000, reason: 'token_expired', reconnect: 'with a new token' },
  authRequired: { code: 3000, reason: 'auth_required', reconnect: 'with a new token' },
  subjectChanged: { code: 3003, reason: 'subject_changed', reconnect: 'no' },
  disconnected: { code: 3003, reason: 'disconnected', reconnect: 'no' },
  authTimeout: { code: 3008, reason: 'auth_timeout', reconnect: 'backoff' },
  messageTimeout: { code: 3008, reason: 'message_timeout', reconnect: 'backoff' },
  unknownVersion: { code: 4406, reason: 'version', reconnect: 'no' },
  tooManyConnections: { code: 4409, reason: 'conn_user', reconnect: 'after 60 s' },
} as const satisfies Record<string, CloseReason>;
