import { expect, it } from '@jest/globals';
import { isCommandId, MAX_COMMAND_ID_LENGTH } from './envelope.js';

it.each([0, -1, 7, Number.MAX_SAFE_INTEGER, 'a', 'x'.repeat(MAX_COMMAND_ID_LENGTH)])(
  'takes the id %p',
  (id) => {
    expect(isCommandId(id)).toBe(true);
  },
);

it.each([
  1.5,
  2 ** 53,
  NaN,
  Infinity,
  '',
  'x'.repeat(MAX_COMMAND_ID_LENGTH + 1),
  null,
  undefined,
  true,
  [],
  {},
])('refuses the id %p', (id) => {
  expect(isCommandId(id)).toBe(false);
});
