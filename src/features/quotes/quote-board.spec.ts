import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { QuoteTick } from '../../ports/quote-feed.port.js';
import type { Quote } from '../../protocol/quote.js';
import { QuoteBoard } from './quote-board.js';

let board: QuoteBoard;
beforeEach(() => {
  board = new QuoteBoard({ source: 'test', quality: 'simulated', epoch: 7 });
});

/** Takes a tick in and publishes it. */
function publish(tick: QuoteTick, receivedTime = 1000): Partial<Quote> {
  const quote = board.apply(tick, receivedTime);
  expect(quote).toBeDefined();
  return board.publish(quote!);
}

describe('quote board', () => {
  it('labels and numbers what comes in', () => {
    expect(publish({ symbol: 'A', last: '10.50', prevClose: '10' }, 1234)).toEqual({
      symbol: 'A',
      last: '10.50',
      prevClose: '10',
      reference: 'prevClose',
      change: '0.50',
      changePercent: '5.0000',
      quality: 'simulated',
      source: 'test',
      epoch: 7,
      seq: 1,
      receivedTime: 1234,
    });
  });

  it('numbers every symbol by itself, without holes, bad ticks not counted', () => {
    const seqs = [
      board.apply({ symbol: 'A', last: '1' }, 0),
      board.apply({ symbol: 'B', last: '1' }, 0),
      board.apply({ symbol: 'A', last: 'x' }, 0),
      board.apply({ symbol: 'A', last: '2' }, 0),
    ].map((quote) => quote?.seq);
    expect(seqs).toEqual([1, 1, undefined, 2]);
  });

  it('merges a partial tick into what it knows', () => {
    publish({ symbol: 'A', bid: '9', ask: '11', last: '10', volume: '5', currency: 'EUR' });
    publish({ symbol: 'A', bid: '9.5' });
    expect(board.snapshot('A')).toMatchObject({
      bid: '9.5',
      ask: '11',
      last: '10',
      volume: '5',
      currency: 'EUR',
    });
  });

  it('computes the change anew from what it knows', () => {
    publish({ symbol: 'A', last: '10' });
    expect(board.snapshot('A')).not.toHaveProperty('change');
    publish({ symbol: 'A', prevClose: '8', bid: '1' });
    expect(board.snapshot('A')).toMatchObject({ change: '2', changePercent: '25.0000' });
    publish({ symbol: 'A', last: '6' });
    expect(board.snapshot('A')).toMatchObject({ change: '-2', changePercent: '-25.0000' });
  });

  it('shows in a snapshot what was published and nothing newer', () => {
    const first = board.apply({ symbol: 'A', last: '1' }, 0)!;
    expect(board.snapshot('A')).toBeUndefined();
    const second = board.apply({ symbol: 'A', last: '2' }, 0)!;
    board.publish(first);
    expect(board.snapshot('A')).toMatchObject({ last: '1', seq: 1 });
    board.publish(second);
    expect(board.snapshot('A')).toMatchObject({ last: '2', seq: 2 });
  });

  it('knows nothing of a symbol that never ticked', () => {
    expect(board.snapshot('A')).toBeUndefined();
  });

  describe('refuses a tick', () => {
    it.each([
      ['without any price', { symbol: 'A', volume: '5' }],
      ['with a price of zero', { symbol: 'A', last: '0' }],
      ['with a price of zero, written long', { symbol: 'A', last: '0.000' }],
      ['with a negative price', { symbol: 'A', bid: '-1' }],
      ['with text for a price', { symbol: 'A', ask: 'abc' }],
      ['with an exponent', { symbol: 'A', last: '1e3' }],
      ['with NaN', { symbol: 'A', last: 'NaN' }],
      ['with a number that is no text', { symbol: 'A', last: 10 as unknown as string }],
      ['with a bad price beside a good one', { symbol: 'A', last: '10', high: 'x' }],
      ['with a negative size', { symbol: 'A', last: '10', bidSize: '-1' }],
      ['with a negative volume', { symbol: 'A', last: '10', volume: '-0.5' }],
      ['with a previous close of zero', { symbol: 'A', last: '10', prevClose: '0' }],
    ])('%s', (_what, tick) => {
      publish({ symbol: 'A', last: '5', volume: '1' });
      expect(board.apply(tick, 0)).toBeUndefined();
      expect(board.apply({ symbol: 'A', bid: '4' }, 0)).toMatchObject({ last: '5', volume: '1', seq: 2 });
    });

    it('but takes sizes and volumes of zero', () => {
      expect(board.apply({ symbol: 'A', last: '10', lastSize: '0', volume: '0' }, 0)).toMatchObject({
        volume: '0',
      });
    });
  });

  describe('updates', () => {
    it('carry what changed and what identifies them', () => {
      publish({ symbol: 'A', bid: '9', ask: '11', last: '10', currency: 'EUR' });
      expect(publish({ symbol: 'A', bid: '9.5' }, 2000)).toEqual({
        symbol: 'A',
        bid: '9.5',
        quality: 'simulated',
        epoch: 7,
        seq: 2,
        receivedTime: 2000,
      });
    });

    it('repeat what changed before, so that a skipped one is no loss', () => {
      publish({ symbol: 'A', bid: '9', ask: '11', last: '10' });
      publish({ symbol: 'A', bid: '9.5' });
      expect(publish({ symbol: 'A', ask: '10.5' })).toMatchObject({ bid: '9.5', ask: '10.5' });
    });

    it('carry a field that appears later', () => {
      publish({ symbol: 'A', last: '10' });
      publish({ symbol: 'A', last: '10', session: 'closed' });
      expect(publish({ symbol: 'A', last: '11' })).toMatchObject({ session: 'closed' });
    });

    it('are whole records for a symbol somebody subscribed before there was a snapshot', () => {
      board.subscribed('A');
      publish({ symbol: 'A', last: '10', currency: 'EUR' });
      expect(publish({ symbol: 'A', last: '11' })).toMatchObject({ last: '11', currency: 'EUR' });
    });

    it('stay small for a symbol that was subscribed with a snapshot', () => {
      publish({ symbol: 'A', last: '10', currency: 'EUR' });
      board.subscribed('A');
      expect(publish({ symbol: 'A', last: '11' })).not.toHaveProperty('currency');
    });

    it('give the full record when any of them are skipped but the last', () => {
      const price = fc.integer({ min: 1, max: 99 }).map(String);
      const field = fc.constantFrom('bid', 'ask', 'last', 'high', 'prevClose', 'volume', 'lastSize' as const);
      const tick = fc
        .tuple(price, fc.dictionary(field, price, { maxKeys: 3 }))
        .map(([last, fields]): QuoteTick => ({ symbol: 'A', last, ...fields }));
      const batches = fc.array(fc.array(fc.tuple(tick, fc.boolean()), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 12,
      });
      fc.assert(
        fc.property(batches, fc.nat(), fc.boolean(), (pushes, from, isEarly) => {
          const tested = new QuoteBoard({ source: 'test', quality: 'simulated', epoch: 1 });
          // The client subscribes before the push at this index; before the first there is no snapshot.
          const subscribedAt = isEarly ? 0 : from % pushes.length;
          let held: Partial<Quote> | undefined;
          let last: Partial<Quote> = {};
          pushes.forEach((push, index) => {
            if (index === subscribedAt) {
              tested.subscribed('A');
              held = tested.snapshot('A') ?? {};
            }
            const quotes = push.map(([next]) => tested.apply(next, index)!);
            quotes.forEach((quote, position) => {
              last = tested.publish(quote);
              const isSeen = push[position]![1];
              if (held !== undefined && isSeen) {
                held = { ...held, ...last };
              }
            });
          });
          expect({ ...held, ...last }).toEqual(tested.snapshot('A'));
        }),
      );
    });
  });
});
