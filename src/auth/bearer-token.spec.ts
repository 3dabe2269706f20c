import { expect, it } from '@jest/globals';
import { bearerToken } from './bearer-token.js';

it.each([
  ['Bearer abc.def.ghi', 'abc.def.ghi'],
  ['bearer abc', 'abc'],
  ['BEARER   abc', 'abc'],
  ['  Bearer abc  ', 'abc'],
])('reads %p', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});

it.each([
  undefined,
  '',
  'Bearer',
  'Bearer ',
  'abc',
  'Basic abc',
  'Bearerabc',
  'Bearer\tabc',
  'Bearer abc def',
  'Bearer abc, Bearer def',
  'Bearer abc,def',
  'Basic x, Bearer abc',
])('finds no token in %p', (header) => {
  expect(bearerToken(header)).toBeUndefined();
});
