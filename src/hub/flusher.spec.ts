import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture();
});

describe('flusher', () => {
  it('empties an outbox with one write a turn, however many messages wait', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    for (let id = 0; id < 20; id += 1) {
      session.reply(id, 'x');
    }
    fixture.publishQuotes({ symbol: 'A' });
    expect(writer.writes).toHaveLength(0);
    await turn();
    expect(writer.writes).toHaveLength(1);
    expect(writer.messages).toHaveLength(21);
    expect(writer.messages.at(-1)).toEqual({ event: 'quotes', data: [{ symbol: 'A' }] });
    session.reply(20, 'y');
    await turn();
    expect(writer.writes).toHaveLength(2);
  });

  it('writes nothing for a session without anything to say', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.hub.resume(session);
    await turn();
    expect(writer.writes).toHaveLength(0);
  });

  it('writes nothing to a receiver that is behind, and everything when it can take it again', async () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    session.reply(1, 'a');
    await turn();
    session.reply(2, 'b');
    await turn();
    expect(writer.writes).toHaveLength(0);
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    expect(writer.writes).toHaveLength(1);
    expect(writer.messages.map(({ id }) => id)).toEqual([1, 2]);
  });

  it('notes since when a reply waits, and forgets it when it is gone', async () => {
    const { session, writer } = fixture.open('alice');
    writer.isWritable = false;
    session.reply(1, 'a');
    await turn();
    const since = fixture.clock.monotonicMs();
    fixture.clock.advance(5000);
    session.reply(2, 'b');
    await turn();
    expect(session.outbox.blockedSinceMs).toBe(since);
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    expect(session.outbox.blockedSinceMs).toBe(0);
  });

  it('does not count the time for quotes that wait: they are conflated', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    writer.isWritable = false;
    fixture.publishQuotes({ symbol: 'A' });
    await turn();
    expect(session.outbox.blockedSinceMs).toBe(0);
  });

  it('gives other work its turn after 256 sessions', async () => {
    const sessions = Array.from({ length: 600 }, () => fixture.open('alice'));
    const written = (): number => sessions.filter(({ writer }) => writer.writes.length > 0).length;
    sessions.forEach(({ session }) => session.reply(1, 'x'));
    for (const expected of [256, 512, 600]) {
      await turn();
      expect(written()).toBe(expected);
    }
  });

  it('writes an answer before the rest of a pass, and everything once and in order', async () => {
    const sessions = Array.from({ length: 600 }, () => fixture.open('alice'));
    const last = sessions.at(-1)!;
    sessions.forEach(({ session }) => session.push('auth.expiring', { expiresAt: 1 }));
    await turn();
    last.session.reply(1, 'x');
    sessions[0]!.session.refuse(2, 'internal');
    await turn();
    expect(last.writer.messages.map(({ event }) => event)).toEqual(['auth.expiring', 'reply']);
    expect(sessions[0]!.writer.messages.map(({ event }) => event)).toEqual(['auth.expiring', 'error']);
    expect(sessions.filter(({ writer }) => writer.writes.length > 0)).toHaveLength(513);
    last.session.reply(3, 'y');
    await turn();
    await turn();
    expect(sessions.every(({ writer }) => writer.messages.length >= 1)).toBe(true);
    expect(last.writer.messages.map(({ id }) => id)).toEqual([undefined, 1, 3]);
  });

  it('flushes what is scheduled while it runs in the next turn', async () => {
    const [first, second] = [fixture.open('alice'), fixture.open('bob')];
    const write = first.writer.write.bind(first.writer);
    first.writer.write = (bytes) => {
      second.session.reply(2, 'caused');
      return write(bytes);
    };
    first.session.reply(1, 'cause');
    await turn();
    expect(second.writer.writes).toHaveLength(0);
    await turn();
    expect(second.writer.messages).toEqual([{ id: 2, event: 'reply', data: 'caused' }]);
  });

  it('announces a loss before the values that still come', async () => {
    fixture = new HubFixture({ WS_MAX_QUEUE_BYTES: '16384' });
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'all');
    writer.isWritable = false;
    const padding = 'x'.repeat(8000);
    for (let seq = 1; seq <= 5; seq += 1) {
      fixture.publishQuotes({ symbol: 'A', seq, padding } as { symbol: string });
    }
    writer.isWritable = true;
    await turn();
    expect(writer.messages).toEqual([
      { event: 'lagged', data: { symbols: ['A'], missed: 4 } },
      { event: 'quotes', data: [{ symbol: 'A', seq: 5, padding }] },
    ]);
  });

  it('hands sessions with the same values one and the same buffer, from the second on', async () => {
    const sessions = Array.from({ length: 4 }, () => fixture.open('alice'));
    sessions.forEach(({ session }) => fixture.merges.subscribe('quotes:A', session, 'merge'));
    fixture.publishQuotes({ symbol: 'A' });
    await turn();
    const [, second, ...others] = sessions.map(({ writer }) => writer.writes[0]);
    expect(second).toBeDefined();
    others.forEach((buffer) => expect(buffer).toBe(second));
  });

  it('counts writes, messages and bytes', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    session.reply(1, 'x');
    fixture.publishQuotes({ symbol: 'A' });
    expect(fixture.metrics.hot.queueBytes).toBeGreaterThan(0);
    await turn();
    expect(fixture.metrics.hot).toMatchObject({
      flushes: 1,
      deliveries: 2,
      bytesOut: writer.writes[0]?.length,
      queueBytes: 0,
    });
  });

  describe('with an interval', () => {
    beforeEach(() => {
      jest.useFakeTimers();
    });
    afterEach(() => {
      jest.useRealTimers();
    });

    it('writes once per interval', () => {
      fixture = new HubFixture({ WS_FLUSH_INTERVAL_MS: '50' });
      const { session, writer } = fixture.open('alice');
      session.reply(1, 'a');
      jest.advanceTimersByTime(49);
      session.reply(2, 'b');
      expect(writer.writes).toHaveLength(0);
      jest.advanceTimersByTime(1);
      expect(writer.writes).toHaveLength(1);
      expect(writer.messages).toHaveLength(2);
      session.reply(3, 'c');
      jest.advanceTimersByTime(50);
      expect(writer.writes).toHaveLength(2);
    });
  });
});
