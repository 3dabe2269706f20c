import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { JsonCodec } from '../transport/codec/json.codec.js';
import { type FollowerSlot, Outbox } from './outbox.js';

const codec = new JsonCodec();
const UNBOUNDED = 1e9;

/** A slot whose channel has the value that was set last. */
class FakeSlot implements FollowerSlot {
  isLagging = false;
  missed = 0;
  value: unknown = undefined;
  readonly channel: FollowerSlot['channel'];

  constructor(symbol: string) {
    this.channel = {
      name: `quotes:${symbol}`,
      elementFor: (used) => used.encodeElement(this.value),
    };
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
const texts = (pieces: readonly Uint8Array[]): string[] =>
  pieces.map((piece) => Buffer.from(piece).toString());
const values = (outbox: Outbox): unknown[] =>
  texts(outbox.takeElements(codec)).map((text) => JSON.parse(text.slice(1)));

/** A new value of a slot of mode `all`. */
function add(outbox: Outbox, slot: FakeSlot, value: unknown, maxBytes: number): void {
  slot.value = value;
  outbox.addElement(slot, codec.encodeElement(value), maxBytes);
}

describe('log lane', () => {
  it('gives everything back in order, once', () => {
    const outbox = new Outbox();
    ['a', 'b', 'a'].forEach((text) => outbox.addFrame(bytes(text)));
    expect(texts(outbox.takeFrames())).toEqual(['a', 'b', 'a']);
    expect(outbox.takeFrames()).toEqual([]);
  });

  it('accounts for its bytes', () => {
    const outbox = new Outbox();
    expect(outbox).toMatchObject({ logBytes: 0, hasLog: false });
    outbox.addFrame(bytes('abc'));
    outbox.addFrame(bytes('é'));
    expect(outbox).toMatchObject({ logBytes: 5, hasLog: true });
    outbox.takeFrames();
    expect(outbox).toMatchObject({ logBytes: 0, hasLog: false });
  });

  it('no longer waits once it was taken', () => {
    const outbox = new Outbox();
    outbox.addFrame(bytes('a'));
    outbox.blockedSinceMs = 5;
    outbox.takeFrames();
    expect(outbox.blockedSinceMs).toBe(0);
  });

  it('is not touched when a subscription ends', () => {
    const outbox = new Outbox();
    outbox.addFrame(bytes('a'));
    outbox.forget(new FakeSlot('A'));
    expect(texts(outbox.takeFrames())).toEqual(['a']);
  });
});

describe('lane of mode all', () => {
  it('keeps every value in order', () => {
    const outbox = new Outbox();
    const [a, b] = [new FakeSlot('A'), new FakeSlot('B')];
    add(outbox, a, 'a1', UNBOUNDED);
    add(outbox, b, 'b1', UNBOUNDED);
    add(outbox, a, 'a2', UNBOUNDED);
    add(outbox, a, 'a2', UNBOUNDED);
    expect(values(outbox)).toEqual(['a1', 'b1', 'a2', 'a2']);
    expect(outbox.takeLoss()).toBeUndefined();
  });

  it('is bounded in bytes to the last one', () => {
    const outbox = new Outbox();
    const slot = new FakeSlot('A');
    const size = codec.encodeElement('v1').length;
    add(outbox, slot, 'v1', size * 2);
    add(outbox, slot, 'v2', size * 2);
    expect(outbox.takeLoss()).toBeUndefined();
    expect(values(outbox)).toEqual(['v1', 'v2']);
    // Taken values no longer count.
    add(outbox, slot, 'v3', size * 2);
    add(outbox, slot, 'v4', size * 2);
    expect(values(outbox)).toEqual(['v3', 'v4']);
  });

  it('says what it lost when it overflows, and still gives the newest of each symbol', () => {
    const outbox = new Outbox();
    const [a, b, c] = [new FakeSlot('A'), new FakeSlot('B'), new FakeSlot('C')];
    const bound = codec.encodeElement('a1').length * 3;
    add(outbox, a, 'a1', bound);
    add(outbox, b, 'b1', bound);
    add(outbox, a, 'a2', bound);
    add(outbox, a, 'a3', bound);
    add(outbox, c, 'c1', bound);
    add(outbox, a, 'a4', bound);
    // a1, a2 and a3 are lost; b1, c1 and a4 come.
    expect(outbox.takeLoss()).toEqual({ symbols: ['A'], missed: 3 });
    expect(values(outbox)).toEqual(['a4', 'b1', 'c1']);
    expect(outbox.takeLoss()).toBeUndefined();
    expect([a.missed, b.missed, c.missed]).toEqual([0, 0, 0]);
  });

  it('keeps every value again after the loss was told', () => {
    const outbox = new Outbox();
    const slot = new FakeSlot('A');
    add(outbox, slot, 'v1', 0);
    add(outbox, slot, 'v2', 0);
    expect(outbox.takeLoss()).toEqual({ symbols: ['A'], missed: 1 });
    values(outbox);
    add(outbox, slot, 'v3', UNBOUNDED);
    add(outbox, slot, 'v4', UNBOUNDED);
    expect(outbox.takeLoss()).toBeUndefined();
    expect(values(outbox)).toEqual(['v3', 'v4']);
  });

  it('has lost nothing when the one value that did not fit is the newest', () => {
    const outbox = new Outbox();
    add(outbox, new FakeSlot('A'), 'v1', 0);
    expect(outbox.takeLoss()).toBeUndefined();
    expect(values(outbox)).toEqual(['v1']);
  });

  it('forgets an ended subscription, and the others keep theirs', () => {
    const outbox = new Outbox();
    const [a, b] = [new FakeSlot('A'), new FakeSlot('B')];
    const size = codec.encodeElement('a1').length;
    add(outbox, a, 'a1', size * 3);
    add(outbox, b, 'b1', size * 3);
    add(outbox, a, 'a2', size * 3);
    outbox.forget(a);
    // Its bytes are free again.
    add(outbox, b, 'b2', size * 3);
    add(outbox, b, 'b3', size * 3);
    expect(outbox.takeLoss()).toBeUndefined();
    expect(values(outbox)).toEqual(['b1', 'b2', 'b3']);
  });

  it('tells no loss of a subscription that ended', () => {
    const outbox = new Outbox();
    const [a, b] = [new FakeSlot('A'), new FakeSlot('B')];
    [1, 2, 3].forEach((value) => add(outbox, a, value, 0));
    [1, 2].forEach((value) => add(outbox, b, value, 0));
    outbox.forget(a);
    expect(outbox.takeLoss()).toEqual({ symbols: ['B'], missed: 1 });
    expect(values(outbox)).toEqual([2]);
  });

  it('keeps no ended subscription, however often a symbol is subscribed while the receiver is behind', () => {
    const outbox = new Outbox();
    for (let round = 0; round < 100; round += 1) {
      const slot = new FakeSlot('A');
      add(outbox, slot, round, 0);
      outbox.forget(slot);
    }
    expect(outbox.hasElements).toBe(false);
  });

  it('delivers or counts every single value, and the newest always comes', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('add' as const), slot: fc.nat(3), size: fc.nat(40) }),
      },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 0, max: 200 }), (steps, maxBytes) => {
        const outbox = new Outbox();
        const slots = ['A', 'B', 'C', 'D'].map((symbol) => new FakeSlot(symbol));
        const delivered: { slot: number; seq: number }[] = [];
        const published = [0, 0, 0, 0];
        let missed = 0;
        const flush = (): void => {
          missed += outbox.takeLoss()?.missed ?? 0;
          delivered.push(...(values(outbox) as typeof delivered));
        };
        for (const next of steps) {
          if (next.do === 'flush') {
            flush();
          } else {
            const seq = (published[next.slot]! += 1);
            add(outbox, slots[next.slot]!, { slot: next.slot, seq, text: 'x'.repeat(next.size) }, maxBytes);
          }
        }
        flush();
        expect(delivered.length + missed).toBe(published.reduce((sum, count) => sum + count, 0));
        published.forEach((count, index) => {
          const seqs = delivered.filter(({ slot }) => slot === index).map(({ seq }) => seq);
          expect(seqs).toEqual(seqs.toSorted((left, right) => left - right));
          expect(new Set(seqs).size).toBe(seqs.length);
          expect(seqs.at(-1) ?? 0).toBe(count);
        });
      }),
    );
  });
});

it('has nothing left when it is cleared', () => {
  const outbox = new Outbox();
  outbox.addFrame(bytes('a'));
  add(outbox, new FakeSlot('B'), 1, UNBOUNDED);
  outbox.clear();
  expect(outbox.takeFrames()).toEqual([]);
  expect(values(outbox)).toEqual([]);
  expect(outbox.logBytes).toBe(0);
});
