/** A header line, or null for one to leave out. Several lines of one name are an array. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | null>>;

export interface RawRequest {
  readonly method?: string;
  readonly target?: string;
  readonly version?: string;
  /** Merged over those of a correct handshake. */
  readonly headers?: RawHeaders;
  /** Bytes after the head. */
  readonly body?: string;
}

const HANDSHAKE_HEADERS: RawHeaders = {
  Host: 'gateway.example.com',
  Upgrade: 'websocket',
  Connection: 'Upgrade',
  'Sec-WebSocket-Version': '13',
  // The key of RFC 6455 section 1.2.
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};

/** The text of an opening handshake, correct but for what the caller changes. */
export function handshake(request: RawRequest = {}): string {
  const { method = 'GET', target = '/ws', version = 'HTTP/1.1', body = '' } = request;
  const lines = Object.entries({ ...HANDSHAKE_HEADERS, ...request.headers }).flatMap(([name, value]) =>
    (value === null ? [] : [value].flat()).map((line) => `${name}: ${line}`),
  );
  return [`${method} ${target} ${version}`, ...lines, '', body].join('\r\n');
}
