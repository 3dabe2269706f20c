import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { UpdateRecord, UserRecord } from '../../ports/update-store.port.js';
import { reportOf, userReportOf } from './update-report.js';

const NOW = 1_000_000;

const recordOf = (more: Partial<UpdateRecord> = {}): UpdateRecord => ({
  id: 'id',
  state: 'sent',
  event: 'x',
  delivery: 'live',
  targetKind: 'users',
  createdAt: NOW,
  notBefore: undefined,
  sentAt: NOW,
  expiresAt: NOW + 1000,
  matched: 0,
  written: 0,
  acked: 0,
  droppedSlow: 0,
  expired: 0,
  superseded: 0,
  overflowed: 0,
  unreached: 0,
  ...more,
});

describe('the state of an update', () => {
  const stateOf = (more: Partial<UpdateRecord>, now = NOW): string => reportOf(recordOf(more), now).state;

  it.each<[string, Partial<UpdateRecord>, string, string]>([
    ['scheduled', { state: 'scheduled', sentAt: undefined }, 'scheduled', 'expired'],
    ['cancelled', { state: 'cancelled' }, 'cancelled', 'cancelled'],
    ['live, for nobody', {}, 'done', 'done'],
    ['live, on its way', { matched: 2, written: 1 }, 'sending', 'done'],
    ['live, settled', { matched: 3, written: 1, droppedSlow: 1, expired: 1 }, 'done', 'done'],
    ['live, stuck', { matched: 2 }, 'sending', 'expired'],
    ['kept, and taken', { delivery: 'inbox', matched: 1, written: 1 }, 'sending', 'done'],
    ['kept, for nobody', { delivery: 'inbox' }, 'sending', 'expired'],
    [
      'replaced for everybody',
      { delivery: 'latest', targetKind: 'all', matched: 1, superseded: 1 },
      'done',
      'done',
    ],
    ['replaced for some', { delivery: 'latest', superseded: 1, unreached: 4 }, 'sending', 'expired'],
  ])('that is %s', (_what, more, before, after) => {
    expect([stateOf(more), stateOf(more, NOW + 1000)]).toEqual([before, after]);
  });
});

it('counts named users who never came once the time is over', () => {
  const record = recordOf({ delivery: 'inbox', expired: 2, unreached: 3 });
  expect(reportOf(record, NOW).expired).toBe(2);
  expect(reportOf(record, NOW + 1000).expired).toBe(5);
});

it('never shows more written than matched, or more acknowledged than written', () => {
  const count = fc.nat(20);
  fc.assert(
    fc.property(
      fc.record({ matched: count, written: count, acked: count }),
      fc.constantFrom('live', 'inbox', 'latest'),
      (counts, delivery) => {
        const { matched, written, acked } = reportOf(recordOf({ ...counts, delivery }), NOW);
        expect(matched).toBeGreaterThanOrEqual(written);
        expect(written).toBeGreaterThanOrEqual(acked);
        expect(acked).toBe(counts.acked);
        if (counts.matched >= counts.written && counts.written >= counts.acked) {
          expect({ matched, written, acked }).toEqual(counts);
        }
      },
    ),
  );
});

describe('the state of a user', () => {
  const phone = { device: 'phone', ackedAt: undefined };
  it.each<[string, Partial<UserRecord>, Partial<UpdateRecord>]>([
    ['waiting', {}, {}],
    ['sent', { isReached: true, devices: [phone] }, {}],
    ['sent', { isReached: true, state: 'superseded' }, {}],
    ['sent', { isReached: true }, { state: 'cancelled' }],
    ['acked', { isReached: true, devices: [phone, { device: 'tablet', ackedAt: 5 }] }, {}],
    ['superseded', { state: 'superseded' }, {}],
    ['overflowed', { state: 'overflowed' }, { expiresAt: NOW }],
    ['cancelled', {}, { state: 'cancelled' }],
    ['expired', {}, { expiresAt: NOW }],
  ])('is %s', (state, user, update) => {
    const record: UserRecord = { user: 'ann', state: 'open', isReached: false, devices: [], ...user };
    expect(userReportOf(record, recordOf(update), NOW).state).toBe(state);
  });

  it('names devices, and when they acknowledged', () => {
    const devices = [phone, { device: 'tablet', ackedAt: 5 }];
    const record: UserRecord = { user: 'ann', state: 'open', isReached: true, devices };
    expect(userReportOf(record, recordOf(), NOW).devices).toEqual([
      { device: 'phone', acked: false },
      { device: 'tablet', acked: true, ackedAt: 5 },
    ]);
  });
});
