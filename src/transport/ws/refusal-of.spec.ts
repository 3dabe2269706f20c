import { HttpException } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { expect, it } from '@jest/globals';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { refusalOf } from './refusal-of.js';

it('keeps a refusal as it is', () => {
  const refusal = new CommandRefused('rate_limited', { retryAfterMs: 5 });
  expect(refusalOf(refusal)).toBe(refusal);
});

it.each([
  [400, 'validation'],
  [401, 'forbidden'],
  [403, 'forbidden'],
  [404, 'validation'],
  [409, 'validation'],
  [422, 'validation'],
  [429, 'rate_limited'],
  [503, 'unavailable'],
])('reads HTTP status %d as %s, without its text', (status, code) => {
  const refusal = refusalOf(new HttpException('secret', status));
  expect(refusal?.code).toBe(code);
  expect([refusal?.message, refusal?.extras]).not.toContainEqual(expect.stringContaining('secret'));
});

it('reads the refusal of a guard as forbidden', () => {
  expect(refusalOf(new WsException('Forbidden resource'))?.code).toBe('forbidden');
});

it('reads any other WebSocket exception as a refusal that is not to be tried again, without its text', () => {
  const refusal = refusalOf(new WsException('secret'));
  expect(refusal?.code).toBe('validation');
  expect(JSON.stringify(refusal)).not.toContain('secret');
});

it.each([
  ['a server error', new HttpException('secret', 500)],
  ['any other error', new Error('Forbidden resource')],
  ['text', 'Forbidden resource'],
  ['nothing', undefined],
])('knows no refusal for %s', (_what, error) => {
  expect(refusalOf(error)).toBeUndefined();
});
