import { BadRequestException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { planUpdate, targetKindOf, type UpdateRequest } from './plan-update.js';

const NOW = 1_700_000_000_000;
const DAY_MS = 86_400_000;

const plan = (more: Partial<UpdateRequest> = {}, maxTtlSeconds = 30 * 86_400) =>
  planUpdate({ target: { all: true }, event: 'x', data: 1, ...more }, NOW, maxTtlSeconds);

describe('what a request leaves open', () => {
  it('is live for half a minute', () => {
    expect(plan()).toEqual({
      event: 'x',
      data: 1,
      delivery: 'live',
      target: { kind: 'all' },
      except: { users: [], connections: [] },
      collapseKey: undefined,
      requireAck: false,
      isLow: false,
      notBefore: undefined,
      expiresAt: NOW + 30_000,
      rejected: [],
    });
  });

  it('is kept for a day, or as long as may be', () => {
    expect(plan({ delivery: 'inbox' }).expiresAt).toBe(NOW + DAY_MS);
    expect(plan({ delivery: 'latest', collapseKey: 'k' }).expiresAt).toBe(NOW + DAY_MS);
    expect(plan({ delivery: 'inbox' }, 60).expiresAt).toBe(NOW + 60_000);
  });

  it('is to be acknowledged in an inbox', () => {
    expect(plan({ delivery: 'inbox' }).requireAck).toBe(true);
    expect(plan({ delivery: 'inbox', requireAck: false }).requireAck).toBe(false);
    expect(plan({ delivery: 'latest', collapseKey: 'k' }).requireAck).toBe(false);
  });
});

describe('time', () => {
  it('of a scheduled update starts when it is due', () => {
    expect(plan({ notBefore: NOW + 5000, ttlSeconds: 2 })).toMatchObject({
      notBefore: NOW + 5000,
      expiresAt: NOW + 7000,
    });
  });

  it('may be written with an offset', () => {
    const instant = NOW + 60_000;
    const text = new Date(instant + 3_600_000).toISOString().replace('Z', '+01:00');
    expect(plan({ notBefore: text }).notBefore).toBe(instant);
  });

  it('that has passed is now', () => {
    expect(plan({ notBefore: NOW }).notBefore).toBeUndefined();
    expect(plan({ notBefore: 0 }).expiresAt).toBe(NOW + 30_000);
  });

  it.each([NOW + 366 * DAY_MS + 1, -1, 1.5, NaN, 'tomorrow', '2026-01-01', '2026-01-01T25:00:00Z'])(
    'cannot be %s',
    (notBefore) => {
      expect(() => plan({ notBefore })).toThrow(BadRequestException);
    },
  );

  it('to live is bounded', () => {
    expect(() => plan({ ttlSeconds: 61 }, 60)).toThrow('60 at most');
    expect(plan({ ttlSeconds: 60 }, 60).expiresAt).toBe(NOW + 60_000);
  });
});

describe('the target', () => {
  it.each<[string, UpdateRequest['target']]>([
    ['none', {}],
    ['all and users', { all: true, users: ['a'] }],
    ['users and an audience', { users: ['a'], audience: { rolesAny: ['x'] } }],
  ])('is refused when it is %s', (_what, target) => {
    expect(() => targetKindOf(target)).toThrow(BadRequestException);
    expect(() => plan({ target })).toThrow(BadRequestException);
  });

  it('names users once, and rejects names that nobody can have', () => {
    const users = ['a', 'a', '', 'b c', '\ud800', 'd'.repeat(128), 'e'.repeat(129)];
    const { target, rejected } = plan({ target: { users } });
    expect(target).toEqual({ kind: 'users', users: ['a', 'd'.repeat(128)] });
    expect(rejected.map(({ user }) => user)).toEqual(['', 'b c', '\ud800', 'e'.repeat(129)]);
  });
});

it.each<[string, Partial<UpdateRequest>]>([
  ['latest without a key', { delivery: 'latest' }],
  ['a key without latest', { collapseKey: 'k' }],
])('refuses %s', (_what, more) => {
  expect(() => plan(more)).toThrow('collapseKey');
});
