import { expect, it } from '@jest/globals';
import { hasScope, type Principal } from './principal.js';

const principal = (roles: string[], scopes: string[]): Principal => ({
  userId: 'alice',
  roles,
  scopes,
  topics: [],
  attributes: {},
  expiresAtMs: undefined,
});

it('grants the scopes that a principal holds, and no others', () => {
  expect(hasScope(principal([], ['broadcast']), 'broadcast')).toBe(true);
  expect(hasScope(principal([], ['broadcast']), 'connections')).toBe(false);
  expect(hasScope(principal([], ['broadcasts', 'broad']), 'broadcast')).toBe(false);
});

it('grants every scope to the role admin, and to no other role', () => {
  expect(hasScope(principal(['admin'], []), 'connections')).toBe(true);
  expect(hasScope(principal(['Admin', 'administrator'], ['admin']), 'connections')).toBe(false);
});
