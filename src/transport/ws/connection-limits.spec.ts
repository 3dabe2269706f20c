import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { testConfig } from '../../../test/harness/test-config.js';
import { ConnectionLimits, type ConnectionPlace } from './connection-limits.js';
import { UpgradeRefused } from './upgrade-refused.js';

interface Limits {
  readonly all?: number;
  readonly address?: number;
  readonly unauthenticated?: number;
  readonly user?: number;
  readonly rate?: number;
}

function limitsOf({
  all = 0,
  address = 0,
  unauthenticated = 0,
  user = 0,
  rate = 0,
}: Limits): ConnectionLimits {
  return new ConnectionLimits(
    testConfig({
      LIMIT_CONNECTIONS: String(all),
      LIMIT_CONNECTIONS_PER_IP: String(address),
      LIMIT_UNAUTHENTICATED_PER_IP: String(unauthenticated),
      LIMIT_CONNECTIONS_PER_USER: String(user),
      LIMIT_UPGRADES_PER_IP: String(rate),
    }),
  );
}

const refusal = async (limits: ConnectionLimits, address: string): Promise<string> => {
  try {
    await limits.reserve(address);
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(UpgradeRefused);
    const { status, reason, headers } = error as UpgradeRefused;
    expect(Number(headers['Retry-After'])).toBeGreaterThan(0);
    return `${status} ${reason}`;
  }
};

describe('connection limits', () => {
  it('bound all connections', async () => {
    const limits = limitsOf({ all: 2 });
    await limits.reserve('192.0.2.1');
    const place = await limits.reserve('192.0.2.2');
    expect(await refusal(limits, '192.0.2.3')).toBe('503 overload');
    place.release();
    expect(await refusal(limits, '192.0.2.3')).toBe('accepted');
  });

  it('bound the connections of an address and leave the others alone', async () => {
    const limits = limitsOf({ address: 1 });
    const place = await limits.reserve('192.0.2.1');
    expect(await refusal(limits, '192.0.2.1')).toBe('429 conn_ip');
    expect(await refusal(limits, '192.0.2.2')).toBe('accepted');
    place.release();
    expect(await refusal(limits, '192.0.2.1')).toBe('accepted');
  });

  it('count a whole IPv6 network as one address', async () => {
    const limits = limitsOf({ address: 1 });
    await limits.reserve('2001:db8::1');
    expect(await refusal(limits, '2001:db8::ffff')).toBe('429 conn_ip');
    expect(await refusal(limits, '2001:db8:0:1::1')).toBe('accepted');
  });

  it('take no place among all when the address has too many', async () => {
    const limits = limitsOf({ all: 2, address: 1 });
    await limits.reserve('192.0.2.1');
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await refusal(limits, '192.0.2.1')).toBe('429 conn_ip');
    }
    expect(await refusal(limits, '192.0.2.2')).toBe('accepted');
  });

  it('bound the upgrades of an address in a second', async () => {
    const limits = limitsOf({ rate: 2 });
    expect(await refusal(limits, '192.0.2.1')).toBe('accepted');
    expect(await refusal(limits, '192.0.2.1')).toBe('accepted');
    expect(await refusal(limits, '192.0.2.1')).toBe('429 rate_ip');
    expect(await refusal(limits, '192.0.2.2')).toBe('accepted');
  });

  it('free the place among strangers once a user is known', async () => {
    const limits = limitsOf({ unauthenticated: 1 });
    const [first, second] = [await limits.reserve('192.0.2.1'), await limits.reserve('192.0.2.1')];
    expect(first.takeUnauthenticated()).toBe(true);
    expect(second.takeUnauthenticated()).toBe(false);
    expect(first.takeUser('alice')).toBe(true);
    expect(second.takeUnauthenticated()).toBe(true);
  });

  it('bound the connections of a user, from whatever address', async () => {
    const limits = limitsOf({ user: 1 });
    const [first, second] = [await limits.reserve('192.0.2.1'), await limits.reserve('192.0.2.2')];
    expect(first.takeUser('alice')).toBe(true);
    expect(second.takeUser('alice')).toBe(false);
    expect(second.takeUser('bob')).toBe(true);
    first.release();
    expect((await limits.reserve('192.0.2.3')).takeUser('alice')).toBe(true);
  });

  it('are switched off by 0', async () => {
    const limits = limitsOf({});
    for (let opened = 0; opened < 500; opened += 1) {
      const place = await limits.reserve('192.0.2.1');
      expect(place.takeUnauthenticated() && place.takeUser('alice')).toBe(true);
    }
  });

  it('give a place back once, however often it is released', async () => {
    const limits = limitsOf({ all: 2 });
    const place = await limits.reserve('192.0.2.1');
    await limits.reserve('192.0.2.1');
    place.release();
    place.release();
    expect(await refusal(limits, '192.0.2.1')).toBe('accepted');
    expect(await refusal(limits, '192.0.2.1')).toBe('503 overload');
  });

  it('give nothing more to a connection that has ended', async () => {
    const limits = limitsOf({ user: 1, unauthenticated: 1 });
    const ended = await limits.reserve('192.0.2.1');
    ended.release();
    ended.takeUnauthenticated();
    ended.takeUser('alice');
    const next = await limits.reserve('192.0.2.1');
    expect(next.takeUnauthenticated()).toBe(true);
    expect(next.takeUser('alice')).toBe(true);
  });

  describe('as a model', () => {
    const ADDRESSES = ['192.0.2.1', '192.0.2.2', '2001:db8::1'] as const;
    const USERS = ['alice', 'bob'] as const;
    const LIMITS = { all: 5, address: 2, unauthenticated: 1, user: 2 };

    /** What a connection should count towards, kept by hand. */
    interface Expected {
      readonly address: string;
      isStranger: boolean;
      user: string | undefined;
    }

    type Step =
      | { readonly do: 'reserve'; readonly address: string }
      | { readonly do: 'stranger' | 'release'; readonly at: number }
      | { readonly do: 'user'; readonly at: number; readonly user: string };

    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ do: fc.constant('reserve' as const), address: fc.constantFrom(...ADDRESSES) }),
      fc.record({ do: fc.constantFrom('stranger' as const, 'release' as const), at: fc.nat(6) }),
      fc.record({ do: fc.constant('user' as const), at: fc.nat(6), user: fc.constantFrom(...USERS) }),
    );

    it('never leak a place and never give one too many', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
          const limits = limitsOf(LIMITS);
          const open: { place: ConnectionPlace; expected: Expected }[] = [];
          const count = (matches: (expected: Expected) => boolean): number =>
            open.filter(({ expected }) => matches(expected)).length;
          for (const next of steps) {
            if (next.do === 'reserve') {
              const sameAddress = count(({ address }) => address === next.address);
              const outcome = await limits
                .reserve(next.address)
                .catch((error: UpgradeRefused) => error.reason);
              if (open.length >= LIMITS.all) {
                expect(outcome).toBe('overload');
              } else if (sameAddress >= LIMITS.address) {
                expect(outcome).toBe('conn_ip');
              } else {
                const expected = { address: next.address, isStranger: false, user: undefined };
                open.push({ place: outcome as ConnectionPlace, expected });
              }
              continue;
            }
            const connection = open[next.at];
            if (connection === undefined) {
              continue;
            }
            const { place, expected } = connection;
            if (next.do === 'release') {
              place.release();
              open.splice(next.at, 1);
            } else if (next.do === 'stranger' && expected.user === undefined) {
              const strangers = count(
                ({ address, isStranger }) => isStranger && address === expected.address,
              );
              expected.isStranger ||= strangers < LIMITS.unauthenticated;
              expect(place.takeUnauthenticated()).toBe(expected.isStranger);
            } else if (next.do === 'user') {
              const isFree =
                expected.user === undefined
                  ? count(({ user }) => user === next.user) < LIMITS.user
                  : expected.user === next.user;
              expect(place.takeUser(next.user)).toBe(isFree);
              if (isFree) {
                Object.assign(expected, { user: next.user, isStranger: false });
              }
            }
          }
          open.forEach(({ place }) => place.release());
          // Everything is free again: as many fit as at the start, and no key is left behind.
          const { counts } = limits as unknown as {
            counts: Record<string, { counts: Map<string, number> }>;
          };
          expect(Object.values(counts).map((part) => part.counts.size)).toEqual([0, 0, 0, 0]);
        }),
      );
    });
  });
});
