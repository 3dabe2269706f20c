/** Who a token or an API key proved to be. */
export interface Principal {
  /** The token's `sub`, or `api-key:<name>`. */
  readonly userId: string;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  /** What the user follows; updates are addressed by it. API keys have none. */
  readonly topics: readonly string[];
  /** Facts about the user that updates are addressed by. API keys have none. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** End of the authority, epoch milliseconds; `undefined` for API keys. */
  readonly expiresAtMs: number | undefined;
}

export const ADMIN_ROLE = 'admin';

/** The role `admin` holds every scope. */
export function hasScope(principal: Principal, scope: string): boolean {
  return principal.scopes.includes(scope) || principal.roles.includes(ADMIN_ROLE);
}
