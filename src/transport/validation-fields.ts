import type { ValidationError } from 'class-validator';

/** Fields named in one refusal. */
const MAX_FIELDS = 16;

/** `path: rule` of what broke a rule, for replies and problem documents. Holds no value that a client sent. */
export function fieldsOf(errors: readonly ValidationError[]): string[] {
  return collect(errors, '').slice(0, MAX_FIELDS);
}

function collect(errors: readonly ValidationError[], parent: string): string[] {
  return errors.flatMap(({ property, constraints, children }) => {
    const rules = Object.keys(constraints ?? {});
    // The name of a field nobody asked for was chosen by the client: it is not repeated.
    const name = rules.includes('whitelistValidation') ? '(unknown field)' : (property ?? '(data)');
    const path = parent === '' ? name : `${parent}.${name}`;
    return [...rules.map((rule) => `${path}: ${rule}`), ...collect(children ?? [], path)];
  });
}
