/** Upgrade header by which a connection names its user to peers that ask for no token. */
export const USER_HEADER = 'x-user';

/** Every connection is a user of its own. */
export function benchUser(connection: number): string {
  return `user-${connection}`;
}

export function userHeaders(connection: number): Readonly<Record<string, string>> {
  return { [USER_HEADER]: benchUser(connection) };
}
