import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { JoinCache } from './join-cache.js';

const concat = (pieces: readonly Uint8Array[]): Uint8Array => Buffer.concat(pieces);

describe('join cache', () => {
  it('hands the same buffer to everybody with the same pieces, joined once', () => {
    const cache = new JoinCache();
    const pieces = ['a', 'b', 'c'].map((text) => Buffer.from(text));
    let joins = 0;
    const join = (given: readonly Uint8Array[]): Uint8Array => {
      joins += 1;
      return concat(given);
    };
    const first = cache.join([...pieces], join);
    expect(cache.join([...pieces], join)).toBe(first);
    expect(joins).toBe(1);
  });

  it('takes pieces of equal bytes for different ones: only their identity is compared', () => {
    const cache = new JoinCache();
    const first = cache.join([Buffer.from('a')], concat);
    expect(cache.join([Buffer.from('a')], concat)).not.toBe(first);
  });

  it('forgets when it is cleared', () => {
    const cache = new JoinCache();
    const pieces = [Buffer.from('a')];
    const first = cache.join(pieces, concat);
    cache.clear();
    expect(cache.join(pieces, concat)).not.toBe(first);
  });

  it('joins nothing into nothing', () => {
    expect(new JoinCache().join([], concat)).toHaveLength(0);
  });

  it('never gives a buffer of other pieces, whatever was joined before', () => {
    // Few pieces, so that prefixes, repetitions and permutations meet.
    const pool = ['', 'a', 'b', 'bb', 'c'].map((text) => Buffer.from(text));
    const lists = fc.array(fc.array(fc.constantFrom(...pool), { maxLength: 5 }), { maxLength: 40 });
    fc.assert(
      fc.property(lists, (requests) => {
        const cache = new JoinCache();
        for (const pieces of requests) {
          expect(Buffer.compare(cache.join([...pieces], concat), Buffer.concat(pieces))).toBe(0);
        }
      }),
    );
  });
});
