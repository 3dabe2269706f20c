import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, principalOf, turn } from '../../test/harness/hub-fixture.js';
import { CLOSE_REASONS } from '../protocol/close-codes.js';

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture();
});

const gauge = (name: 'connections' | 'users'): number => fixture.metrics.hot[name];

describe('hub', () => {
  it('counts users and not their devices', async () => {
    const { hub } = fixture;
    const phone = fixture.open('alice').session;
    const desktop = fixture.open('alice').session;
    const bob = fixture.open('bob').session;
    expect([hub.sessionCount, hub.userCount]).toEqual([3, 2]);
    expect([gauge('connections'), gauge('users')]).toEqual([3, 2]);
    hub.close(phone);
    expect([hub.sessionCount, hub.userCount]).toEqual([2, 2]);
    hub.close(desktop);
    hub.close(bob);
    expect([hub.sessionCount, hub.userCount]).toEqual([0, 0]);
    expect([gauge('connections'), gauge('users')]).toEqual([0, 0]);
  });

  it('takes a closing session out of everything at once, and once', async () => {
    const { hub, merges } = fixture;
    const { session } = fixture.open('alice');
    const other = fixture.open('alice').session;
    merges.subscribe('quotes:A', session, 'merge');
    session.close(CLOSE_REASONS.drain);
    expect([...hub.sessionsOf('alice')]).toEqual([other]);
    expect([hub.authenticatedCount, hub.userCount, hub.sessionCount]).toEqual([1, 1, 2]);
    expect(merges.find('quotes:A')).toBeUndefined();
    hub.close(session);
    expect([hub.authenticatedCount, hub.userCount, hub.sessionCount]).toEqual([1, 1, 1]);
    other.close(CLOSE_REASONS.drain);
    hub.close(other);
    expect([hub.authenticatedCount, hub.userCount, hub.sessionCount]).toEqual([0, 0, 0]);
    expect(gauge('users')).toBe(0);
  });

  it('counts a session that has no user yet', () => {
    const { session } = fixture.open();
    expect([fixture.hub.sessionCount, fixture.hub.userCount]).toEqual([1, 0]);
    fixture.hub.close(session);
    expect([fixture.hub.sessionCount, fixture.hub.userCount]).toEqual([0, 0]);
  });

  it('finds sessions by id and by user, oldest first', () => {
    const [first, second] = [fixture.open('alice').session, fixture.open('alice').session];
    expect(fixture.hub.find(first.id)).toBe(first);
    expect([...fixture.hub.sessionsOf('alice')]).toEqual([first, second]);
    expect([...fixture.hub.sessions]).toEqual([first, second]);
    expect(second.ordinal).toBeGreaterThan(first.ordinal);
    expect(fixture.hub.find('nobody')).toBeUndefined();
    expect(fixture.hub.sessionsOf('nobody').size).toBe(0);
  });

  it('takes a session out of everything, once', () => {
    const { session } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    fixture.hub.close(session);
    fixture.hub.close(session);
    expect([fixture.hub.sessionCount, fixture.hub.userCount]).toEqual([0, 0]);
    expect(fixture.logs.subscribersOf('all').size).toBe(0);
    expect(fixture.merges.find('quotes:A')).toBeUndefined();
    expect(session.isClosed).toBe(true);
  });

  it('lets a channel vanish with its last subscriber, and only then', () => {
    const [first, second] = [fixture.open('alice').session, fixture.open('bob').session];
    fixture.merges.subscribe('quotes:A', first, 'merge');
    fixture.merges.subscribe('quotes:A', second, 'all');
    fixture.merges.unsubscribe('quotes:A', first);
    expect(fixture.merges.find('quotes:A')?.subscriptions.size).toBe(1);
    fixture.hub.close(second);
    expect(fixture.merges.find('quotes:A')).toBeUndefined();
  });

  it('subscribes nothing for a session whose connection has ended', () => {
    const { session } = fixture.open('alice');
    fixture.hub.close(session);
    fixture.merges.subscribe('quotes:A', session, 'merge');
    expect(fixture.merges.find('quotes:A')).toBeUndefined();
    expect(fixture.merges.subscriptionsOf(session).size).toBe(0);
  });

  it('gives no identity to a session whose connection has ended', () => {
    const { session } = fixture.open();
    fixture.hub.close(session);
    fixture.hub.authenticate(session, principalOf('alice'));
    expect([fixture.hub.userCount, fixture.hub.sessionsOf('alice').size]).toEqual([0, 0]);
    expect(fixture.logs.subscribersOf('all').size).toBe(0);
  });
});

describe('subscribing again', () => {
  it('replaces the mode, and drops what waited in the old one', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'all');
    fixture.publishQuotes({ symbol: 'A' }, { symbol: 'A' });
    fixture.merges.subscribe('quotes:A', session, 'merge');
    await turn();
    expect(writer.messages).toEqual([]);
    fixture.publishQuotes({ symbol: 'A' }, { symbol: 'A' });
    await turn();
    expect(writer.messages).toEqual([{ event: 'quotes', data: [{ symbol: 'A' }] }]);
    expect(fixture.merges.find('quotes:A')?.subscriptions.size).toBe(1);
  });

  it('does nothing for what was never subscribed', () => {
    const { session } = fixture.open('alice');
    fixture.merges.unsubscribe('quotes:A', session);
    expect(fixture.merges.subscriptionsOf(session).size).toBe(0);
  });
});

it('a closed session that is not gone yet gets nothing any more', async () => {
  const { session, writer } = fixture.open('alice');
  fixture.merges.subscribe('quotes:A', session, 'merge');
  session.close(CLOSE_REASONS.drain);
  fixture.publishQuotes({ symbol: 'A' });
  void fixture.publisher.publish({ channels: ['all'], event: 'update', data: 1 });
  await turn();
  expect(writer.messages).toEqual([]);
  expect(session.outbox.takeElements(fixture.codec)).toEqual([]);
});
