import { expect, it } from '@jest/globals';
import { type Audience, matchesAudience } from './audience.js';

const trader = {
  roles: ['trader', 'eu'],
  topics: ['fx'],
  attributes: { plan: 'pro', seats: 5, beta: true },
};

it.each<[string, Audience]>([
  ['one of the roles', { rolesAny: ['us', 'eu'] }],
  ['one of the topics', { topicsAny: ['fx', 'oil'] }],
  ['an attribute', { attrs: { plan: ['max', 'pro'] } }],
  ['attributes that are no text', { attrs: { seats: [5], beta: [true] } }],
  ['all parts', { rolesAny: ['eu'], topicsAny: ['fx'], attrs: { plan: ['pro'] } }],
])('takes a user by %s', (_what, audience) => {
  expect(matchesAudience(trader, audience)).toBe(true);
});

it.each<[string, Audience]>([
  ['no role of them', { rolesAny: ['us'] }],
  ['no value allowed', { rolesAny: [] }],
  ['one part that does not match', { rolesAny: ['eu'], topicsAny: ['oil'] }],
  ['one attribute that does not match', { attrs: { plan: ['pro'], seats: [6] } }],
  ['a value of another type', { attrs: { seats: ['5'] } }],
  ['an attribute of the prototype', { attrs: { constructor: ['x'], toString: ['x'] } }],
])('leaves out a user with %s', (_what, audience) => {
  expect(matchesAudience(trader, audience)).toBe(false);
});
