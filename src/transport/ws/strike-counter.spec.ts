import { describe, expect, it } from '@jest/globals';
import { StrikeCounter } from './strike-counter.js';

describe('strike counter', () => {
  it('reaches its limit with the last strike it allows', () => {
    const strikes = new StrikeCounter(3);
    expect([1000, 2000, 3000].map((nowMs) => strikes.add(nowMs))).toEqual([false, false, true]);
  });

  it('stays at its limit while the offences go on', () => {
    const strikes = new StrikeCounter(2);
    expect([1000, 1001, 1002].map((nowMs) => strikes.add(nowMs))).toEqual([false, true, true]);
  });

  it('forgets after ten seconds', () => {
    const strikes = new StrikeCounter(2);
    expect([50_000, 60_001, 70_001].map((nowMs) => strikes.add(nowMs))).toEqual([false, false, true]);
    expect(strikes.add(70_002)).toBe(false);
  });
});
