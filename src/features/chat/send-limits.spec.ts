import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/harness/fake.clock.js';
import { testConfig } from '../../../test/harness/test-config.js';
import type { Seat } from './seats.js';
import { SendLimits } from './send-limits.js';

const seat = (more: Partial<Seat> = {}): Seat => ({
  room: 'ops',
  kind: 'private',
  role: 'member',
  slowModeSeconds: 0,
  ...more,
});

function limitsWith(env: Record<string, string>): { limits: SendLimits; clock: FakeClock } {
  const clock = new FakeClock();
  const limits = new SendLimits(testConfig(env), clock);
  limits.onApplicationBootstrap();
  return { limits, clock };
}

const refusals = (limits: SendLimits, count: number, user: string, room = 'ops'): (string | undefined)[] =>
  Array.from({ length: count }, () => limits.refusalOf(user, room, seat({ room }))?.code);

describe('the rate of a user', () => {
  it('has a burst of two seconds, over all rooms, and comes back with time', () => {
    const { limits, clock } = limitsWith({ LIMIT_CHAT_PER_SECOND: '2' });
    expect(refusals(limits, 3, 'alice')).toEqual([undefined, undefined, undefined]);
    expect(refusals(limits, 2, 'alice', 'lobby')).toEqual([undefined, 'rate_limited']);
    expect(refusals(limits, 1, 'bob')).toEqual([undefined]);
    expect(limits.refusalOf('alice', 'ops', seat())?.extras).toEqual({ retryAfterMs: 500 });
    clock.advance(500);
    expect(refusals(limits, 2, 'alice')).toEqual([undefined, 'rate_limited']);
  });

  it('is none when switched off', () => {
    const { limits } = limitsWith({ LIMIT_CHAT_PER_SECOND: '0' });
    expect(refusals(limits, 100, 'alice')).toEqual(Array.from({ length: 100 }, () => undefined));
  });

  it('is forgotten once the bucket is full again, and not before', () => {
    const { limits, clock } = limitsWith({ LIMIT_CHAT_PER_SECOND: '1' });
    clock.advance(59_000);
    expect(refusals(limits, 3, 'alice')).toEqual([undefined, undefined, 'rate_limited']);
    clock.advance(1000);
    expect(refusals(limits, 2, 'alice')).toEqual([undefined, 'rate_limited']);
  });
});

describe('the rate of a room', () => {
  it('is shared by its users', () => {
    const { limits } = limitsWith({ LIMIT_CHAT_PER_ROOM_PER_SECOND: '1' });
    expect(['a', 'b', 'c'].flatMap((user) => refusals(limits, 1, user))).toEqual([
      undefined,
      undefined,
      'rate_limited',
    ]);
    expect(refusals(limits, 1, 'c', 'lobby')).toEqual([undefined]);
  });
});

describe('slow mode', () => {
  const slow = seat({ slowModeSeconds: 10 });

  it('takes one message in its time, of each member and room', () => {
    const { limits, clock } = limitsWith({});
    expect(limits.refusalOf('alice', 'ops', slow)).toBeUndefined();
    clock.advance(4000);
    expect(limits.refusalOf('alice', 'ops', slow)).toMatchObject({
      code: 'slow_mode',
      extras: { retryAfterMs: 6000 },
    });
    expect(limits.refusalOf('bob', 'ops', slow)).toBeUndefined();
    expect(limits.refusalOf('alice', 'lobby', { ...slow, room: 'lobby' })).toBeUndefined();
    clock.advance(6000);
    expect(limits.refusalOf('alice', 'ops', slow)).toBeUndefined();
  });

  it('lets moderators and owners pass', () => {
    const { limits } = limitsWith({});
    for (const role of ['owner', 'moderator'] as const) {
      const codes = [1, 2].map(() => limits.refusalOf(role, 'ops', { ...slow, role })?.code);
      expect(codes).toEqual([undefined, undefined]);
    }
  });

  it('does not count a message that was not stored', () => {
    const { limits } = limitsWith({});
    limits.refusalOf('alice', 'ops', slow);
    limits.giveBack('alice', 'ops');
    expect(limits.refusalOf('alice', 'ops', slow)).toBeUndefined();
  });
});
