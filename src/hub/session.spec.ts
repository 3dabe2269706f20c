import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';
import { CLOSE_REASONS } from '../protocol/close-codes.js';

const BOUND = 16_384;

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture({ WS_MAX_QUEUE_BYTES: String(BOUND) });
});

describe('session', () => {
  it('encodes pushes, replies and refusals in its own format', async () => {
    const { session, writer } = fixture.open('alice');
    session.push('reconnect', { afterMs: 5, reason: 'drain' });
    session.reply('a', { x: 1 });
    session.refuse(7, 'rate_limited', { retryAfterMs: 9 });
    await turn();
    expect(writer.messages).toEqual([
      { event: 'reconnect', data: { afterMs: 5, reason: 'drain' } },
      { id: 'a', event: 'reply', data: { x: 1 } },
      {
        id: 7,
        event: 'error',
        data: { code: 'rate_limited', message: expect.any(String), retryable: true, retryAfterMs: 9 },
      },
    ]);
  });

  it('is closed as a slow consumer when a receiver that is behind leaves too much unread', () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    session.reply(1, 'x'.repeat(BOUND - 100));
    expect(session.isClosed).toBe(false);
    session.reply(2, 'x'.repeat(100));
    expect(writer.closedWith).toBe(CLOSE_REASONS.slowConsumer);
    expect(writer.writes).toEqual([]);
  });

  it('is not slow for a burst within one turn: the receiver was never asked', async () => {
    const { session, writer } = fixture.open('alice');
    for (let id = 0; id < 10; id += 1) {
      session.reply(id, 'x'.repeat(BOUND / 2));
    }
    await turn();
    expect(session.isClosed).toBe(false);
    expect(writer.messages.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('is not slow for one message larger than the bound', async () => {
    const { session, writer } = fixture.open('alice');
    session.reply(1, 'x'.repeat(BOUND * 2));
    await turn();
    expect(writer.messages).toHaveLength(1);
    writer.isWritable = false;
    session.reply(2, 'x'.repeat(BOUND * 2));
    expect(session.isClosed).toBe(false);
  });

  it('says what waits before it closes', () => {
    const { session, writer } = fixture.open('alice');
    session.reply(1, 'last');
    session.close(CLOSE_REASONS.drain);
    expect(writer.messages).toEqual([{ id: 1, event: 'reply', data: 'last' }]);
    expect(writer.closedWith).toBe(CLOSE_REASONS.drain);
  });

  it('says what waits also to a receiver that is behind, but no quotes', () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    writer.isWritable = false;
    fixture.publishQuotes({ symbol: 'A' });
    session.reply(1, 'a');
    session.reply(2, 'b');
    session.close(CLOSE_REASONS.drain);
    expect(writer.messages.map(({ id }) => id)).toEqual([1, 2]);
    expect(fixture.metrics.hot.queueBytes).toBe(0);
  });

  it('says nothing more to a slow consumer, even when it could take it again', () => {
    const { session, writer } = fixture.open('alice');
    session.reply(1, 'stale');
    session.close(CLOSE_REASONS.slowConsumer);
    expect(writer.messages).toEqual([]);
    expect(writer.closedWith).toBe(CLOSE_REASONS.slowConsumer);
  });

  it('keeps its first reason, and takes nothing after it', async () => {
    const { session, writer } = fixture.open('alice');
    session.close(CLOSE_REASONS.rate);
    session.close(CLOSE_REASONS.drain);
    session.reply(1, 'late');
    await turn();
    expect(writer.closedWith).toBe(CLOSE_REASONS.rate);
    expect(writer.messages).toEqual([]);
    expect(session.outbox.logBytes).toBe(0);
  });

  it('gives its bytes back when it ends', () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    session.reply(1, 'unsent');
    expect(fixture.metrics.hot.queueBytes).toBe(session.outbox.logBytes);
    expect(session.outbox.logBytes).toBeGreaterThan(0);
    fixture.hub.close(session);
    expect(fixture.metrics.hot.queueBytes).toBe(0);
  });
});
