import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { messagesIn } from '../../test/harness/frames.js';
import { JsonCodec } from '../transport/codec/json.codec.js';
import { MergeJoiner } from './merge-joiner.js';

const codec = new JsonCodec();
const element = (value: unknown): Uint8Array => codec.encodeElement(value);
const valuesIn = (bytes: Uint8Array): unknown => (messagesIn(bytes)[0] as { data: unknown }).data;

describe('merge joiner', () => {
  it('shares one message from the second session with the same values on', () => {
    const joiner = new MergeJoiner();
    const elements = ['a', 'b', 'c'].map(element);
    const [first, second, third] = [1, 2, 3].map(() => joiner.join(codec, 1, [...elements]));
    expect(second).not.toBe(first);
    expect(third).toBe(second);
    [first, second].forEach((joined) => expect(valuesIn(joined!)).toEqual(['a', 'b', 'c']));
  });

  it('joins different values in the same memory', () => {
    const joiner = new MergeJoiner();
    const first = joiner.join(codec, 1, [element('a')]);
    expect(joiner.join(codec, 2, [element('b')]).buffer).toBe(first.buffer);
  });

  it('leaves what is kept alone, and what is shared', () => {
    const joiner = new MergeJoiner();
    const common = [element('common')];
    joiner.join(codec, 1, common);
    const shared = joiner.join(codec, 1, common);
    const kept = joiner.join(codec, 2, [element('kept')]);
    joiner.keep(shared);
    joiner.keep(kept);
    joiner.join(codec, 3, [element('next')]);
    expect(valuesIn(kept)).toEqual(['kept']);
    expect(valuesIn(shared)).toEqual(['common']);
  });

  it('takes messages of any length', () => {
    const joiner = new MergeJoiner();
    for (const length of [10, 16_384, 100_000, 10]) {
      expect(valuesIn(joiner.join(codec, length, [element('x'.repeat(length))]))).toEqual([
        'x'.repeat(length),
      ]);
    }
  });

  it('forgets what it shared when it is cleared', () => {
    const joiner = new MergeJoiner();
    const elements = [element('a')];
    joiner.join(codec, 1, elements);
    const shared = joiner.join(codec, 1, elements);
    joiner.clear();
    joiner.join(codec, 1, elements);
    expect(joiner.join(codec, 1, elements)).not.toBe(shared);
  });

  it('never gives a message of other values, whatever was joined before and is still kept', () => {
    // Few values, so that prefixes, repetitions and permutations meet.
    const pool = ['', 'a', 'b', 'bb', 'c'].map((value) => ({ value, bytes: element(value) }));
    const request = fc.record({
      picks: fc.array(fc.constantFrom(...pool), { minLength: 1, maxLength: 5 }),
      isKept: fc.boolean(),
      // Few again: signatures of different values collide, and so do their slots.
      signature: fc.constantFrom(1, 2, 1025),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
        const joiner = new MergeJoiner();
        const kept: { bytes: Uint8Array; values: string[] }[] = [];
        for (const { picks, isKept, signature } of requests) {
          const values = picks.map(({ value }) => value);
          const bytes = joiner.join(
            codec,
            signature,
            picks.map((pick) => pick.bytes),
          );
          expect(valuesIn(bytes)).toEqual(values);
          if (isKept) {
            joiner.keep(bytes);
            kept.push({ bytes, values });
          }
        }
        kept.forEach(({ bytes, values }) => expect(valuesIn(bytes)).toEqual(values));
      }),
    );
  });
});
