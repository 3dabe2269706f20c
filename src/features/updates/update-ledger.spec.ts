import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Session } from '../../hub/session.js';
import { principalOf } from '../../../test/harness/hub-fixture.js';
import { UpdateLedger } from './update-ledger.js';

const sessionOf = (userId: string, id: string) => ({ id, principal: principalOf(userId) }) as Session;
const matched = { users: 2, connections: 3 };

let ledger: UpdateLedger;
beforeEach(() => {
  ledger = new UpdateLedger();
});

describe('update ledger', () => {
  it('reports who acknowledged, users and devices counted once', () => {
    ledger.record('u', { sentAt: 5, matched, isFor: () => true });
    expect(ledger.ack('u', sessionOf('alice', 'phone'))).toBe('new');
    expect(ledger.ack('u', sessionOf('alice', 'desktop'))).toBe('new');
    expect(ledger.ack('u', sessionOf('alice', 'phone'))).toBe('repeated');
    expect(ledger.report('u')).toEqual({
      updateId: 'u',
      state: 'done',
      sentAt: 5,
      matched,
      acked: { users: 1, connections: 2 },
    });
  });

  it('takes no acknowledgement of an update that was not for the session', () => {
    ledger.record('u', {
      sentAt: 5,
      matched,
      isFor: ({ id, principal }) => principal?.userId === 'alice' && id !== 's',
    });
    expect(ledger.ack('u', sessionOf('bob', 'phone'))).toBe('unknown');
    expect(ledger.ack('u', sessionOf('alice', 's'))).toBe('unknown');
    expect(ledger.report('u')?.acked).toEqual({ users: 0, connections: 0 });
  });

  it('knows nothing of an update that was never sent', () => {
    expect(ledger.ack('u', sessionOf('alice', 'phone'))).toBe('unknown');
    expect(ledger.report('u')).toBeUndefined();
  });

  it('remembers a thousand updates; the oldest give way', () => {
    for (let update = 0; update <= 1000; update += 1) {
      ledger.record(`u${update}`, { sentAt: update, matched, isFor: () => true });
    }
    expect(ledger.report('u0')).toBeUndefined();
    expect([ledger.report('u1')?.sentAt, ledger.report('u1000')?.sentAt]).toEqual([1, 1000]);
  });
});
