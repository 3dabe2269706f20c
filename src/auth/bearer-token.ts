/** The token of an `Authorization` header (RFC 6750 section 2.1), or undefined when it holds no bearer token. */
export function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +([^\s,]+)$/i.exec(header?.trim() ?? '')?.[1];
}
