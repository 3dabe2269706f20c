import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { TokenBucket } from './token-bucket.js';

const takes = (bucket: TokenBucket, nowMs: number, times: number): number =>
  Array.from({ length: times }, () => bucket.take(nowMs)).filter(Boolean).length;

describe('token bucket', () => {
  it('starts with two seconds of its rate', () => {
    expect(takes(new TokenBucket(10, 0), 0, 100)).toBe(20);
  });

  it('fills with time, and not beyond two seconds', () => {
    const bucket = new TokenBucket(10, 0);
    takes(bucket, 0, 100);
    expect(takes(bucket, 99, 100)).toBe(0);
    expect(takes(bucket, 500, 100)).toBe(5);
    expect(takes(bucket, 1_000_000, 100)).toBe(20);
  });

  it('says when the next token comes', () => {
    const bucket = new TokenBucket(4, 0);
    takes(bucket, 0, 8);
    expect(bucket.take(100)).toBe(false);
    const { retryAfterMs } = bucket;
    expect(retryAfterMs).toBe(150);
    expect(bucket.take(100 + retryAfterMs - 1)).toBe(false);
    expect(bucket.take(100 + retryAfterMs)).toBe(true);
  });

  it('takes everything at rate 0', () => {
    expect(takes(new TokenBucket(0, 0), 0, 10_000)).toBe(10_000);
  });

  it('lets through what the rate allows over any stretch of time, and no more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(400), { minLength: 1, maxLength: 200 }),
        (rate, gaps) => {
          const bucket = new TokenBucket(rate, 0);
          let nowMs = 0;
          let passed = 0;
          for (const gap of gaps) {
            nowMs += gap;
            passed += Number(bucket.take(nowMs));
            expect(passed).toBeLessThanOrEqual(rate * 2 + (nowMs / 1000) * rate + 1e-6);
          }
        },
      ),
    );
  });
});
