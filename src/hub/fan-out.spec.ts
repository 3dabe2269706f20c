import { beforeEach, describe, expect, it } from '@jest/globals';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';
import { JsonCodec } from '../transport/codec/json.codec.js';

/** Counts what it encodes. */
class CountingCodec extends JsonCodec {
  pushes = 0;
  elements = 0;

  override encodePush(event: string, data: unknown): Uint8Array {
    this.pushes += 1;
    return super.encodePush(event, data);
  }

  override encodeElement(element: unknown): Uint8Array {
    this.elements += 1;
    return super.encodeElement(element);
  }
}

let fixture: HubFixture;
beforeEach(() => {
  fixture = new HubFixture();
});

describe('log publications', () => {
  it('reach the subscribers of their channels and nobody else', async () => {
    const [phone, desktop, bob] = [fixture.open('alice'), fixture.open('alice'), fixture.open('bob')];
    const stranger = fixture.open();
    await fixture.publisher.publish({ channels: ['user:alice'], event: 'update', data: 'for alice' });
    await fixture.publisher.publish({
      channels: ['user:bob', 'user:nobody'],
      event: 'update',
      data: 'for bob',
    });
    await fixture.publisher.publish({ channels: ['all'], event: 'update', data: 'for all' });
    await turn();
    const received = [phone, desktop, bob, stranger].map(({ writer }) =>
      writer.messages.map(({ data }) => data),
    );
    expect(received).toEqual([
      ['for alice', 'for all'],
      ['for alice', 'for all'],
      ['for bob', 'for all'],
      [],
    ]);
  });

  it('leave out users and sessions that are named', async () => {
    const [phone, desktop, bob, carol] = ['alice', 'alice', 'bob', 'carol'].map((user) => fixture.open(user));
    await fixture.publisher.publish({
      channels: ['all'],
      event: 'update',
      data: 1,
      except: { users: ['bob'], sessions: [desktop!.session.id] },
    });
    await turn();
    const counts = [phone, desktop, bob, carol].map((client) => client!.writer.messages.length);
    expect(counts).toEqual([1, 0, 0, 1]);
  });

  it('are encoded once per format, however many sessions and channels', async () => {
    const [first, second] = [new CountingCodec(), new CountingCodec()];
    const clients = Array.from({ length: 6 }, (_, index) =>
      fixture.open(`user${index % 2}`, index % 3 === 0 ? first : second),
    );
    await fixture.publisher.publish({ channels: ['user:user0', 'user:user1'], event: 'update', data: 1 });
    await turn();
    expect(clients.map(({ writer }) => writer.messages.length)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([first.pushes, second.pushes]).toEqual([1, 1]);
  });

  it('are not encoded at all for nobody', async () => {
    const codec = new CountingCodec();
    fixture.open('alice', codec);
    await fixture.publisher.publish({ channels: ['user:bob'], event: 'update', data: 1 });
    expect(codec.pushes).toBe(0);
  });
});

describe('merge publications', () => {
  it('are encoded once per value, however many sessions', async () => {
    const codec = new CountingCodec();
    const clients = Array.from({ length: 5 }, () => fixture.open('alice', codec));
    clients.forEach(({ session }) => fixture.merges.subscribe('quotes:A', session, 'merge'));
    fixture.publishQuotes({ symbol: 'A' });
    await turn();
    expect(clients.map(({ writer }) => writer.messages.length)).toEqual([1, 1, 1, 1, 1]);
    expect(codec.elements).toBe(1);
  });

  it('are not encoded for values that nobody gets to see', async () => {
    const codec = new CountingCodec();
    const { session, writer } = fixture.open('alice', codec);
    fixture.merges.subscribe('quotes:A', session, 'merge');
    writer.isWritable = false;
    for (let value = 0; value < 50; value += 1) {
      fixture.publishQuotes({ symbol: 'A' });
      await turn();
    }
    expect(codec.elements).toBe(0);
    writer.isWritable = true;
    fixture.hub.resume(session);
    await turn();
    expect(codec.elements).toBe(1);
    expect(fixture.metrics.hot.conflated).toBe(49);
  });

  it('that were replaced are counted when the subscription ends', () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    writer.isWritable = false;
    [1, 2, 3].forEach(() => fixture.publishQuotes({ symbol: 'A' }));
    fixture.merges.subscribe('quotes:A', session, 'all');
    expect(fixture.metrics.hot.conflated).toBe(2);
  });

  it('that a session never took are counted when it ends', () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    fixture.merges.subscribe('quotes:B', session, 'merge');
    writer.isWritable = false;
    [1, 2, 3].forEach(() => fixture.publishQuotes({ symbol: 'A' }));
    fixture.hub.close(session);
    expect(fixture.metrics.hot.conflated).toBe(2);
  });

  it('of symbols nobody subscribes go nowhere', async () => {
    const { session, writer } = fixture.open('alice');
    fixture.merges.subscribe('quotes:A', session, 'merge');
    fixture.publishQuotes({ symbol: 'B' });
    await turn();
    expect(writer.messages).toEqual([]);
  });

  it('give each session the symbols it subscribed, in one message', async () => {
    const [both, one] = [fixture.open('alice'), fixture.open('bob')];
    fixture.merges.subscribe('quotes:A', both.session, 'merge');
    fixture.merges.subscribe('quotes:B', both.session, 'merge');
    fixture.merges.subscribe('quotes:B', one.session, 'merge');
    fixture.publishQuotes({ symbol: 'A' }, { symbol: 'B' });
    await turn();
    expect(both.writer.messages).toEqual([{ event: 'quotes', data: [{ symbol: 'A' }, { symbol: 'B' }] }]);
    expect(one.writer.messages).toEqual([{ event: 'quotes', data: [{ symbol: 'B' }] }]);
  });

  it('speak the format of each session', async () => {
    const [first, second] = [new CountingCodec(), new CountingCodec()];
    const clients = [first, second, first].map((codec) => fixture.open('alice', codec));
    clients.forEach(({ session }) => fixture.merges.subscribe('quotes:A', session, 'all'));
    fixture.publishQuotes({ symbol: 'A' });
    await turn();
    expect(clients.map(({ writer }) => writer.messages.length)).toEqual([1, 1, 1]);
    expect([first.elements > 0, second.elements > 0]).toEqual([true, true]);
  });
});
