import type { Principal } from './principal.js';

/** Whom an update is for, by the claims of their token: every part must match, and any value within a part will do. */
export interface Audience {
  readonly rolesAny?: readonly string[];
  readonly topicsAny?: readonly string[];
  /** Values allowed for each attribute. */
  readonly attrs?: Readonly<Record<string, readonly (string | number | boolean)[]>>;
}

export function matchesAudience(
  { roles, topics, attributes }: Pick<Principal, 'roles' | 'topics' | 'attributes'>,
  { rolesAny, topicsAny, attrs }: Audience,
): boolean {
  return (
    (rolesAny === undefined || rolesAny.some((role) => roles.includes(role))) &&
    (topicsAny === undefined || topicsAny.some((topic) => topics.includes(topic))) &&
    Object.entries(attrs ?? {}).every(([name, allowed]) =>
      Object.hasOwn(attributes, name) ? allowed.includes(attributes[name]!) : false,
    )
  );
}
