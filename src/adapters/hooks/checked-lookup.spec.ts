import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { checkedLookup } from './checked-lookup.js';
import { isPublicAddress } from './public-address.js';

type Result = string | readonly LookupAddress[];

const run = (lookup: LookupFunction, all?: boolean): Promise<Result> =>
  new Promise((resolve, reject) => {
    lookup('hook.test', all === undefined ? {} : { all }, (error, address) => {
      if (error === null) {
        resolve(address);
      } else {
        reject(error);
      }
    });
  });

const PUBLIC: LookupAddress = { address: '1.1.1.1', family: 4 };
const PUBLIC_IPV6: LookupAddress = { address: '2606:4700::1', family: 6 };
const PRIVATE: LookupAddress = { address: '10.0.0.1', family: 4 };

/** A lookup whose name server gives these answers, one after the other. */
function lookupOf(...answers: (readonly LookupAddress[])[]): LookupFunction {
  return checkedLookup(() => Promise.resolve(answers.shift()!), isPublicAddress);
}

describe('the checked lookup', () => {
  it('gives the first address, or all where they are asked for', async () => {
    expect(await run(lookupOf([PUBLIC, PUBLIC_IPV6]))).toBe('1.1.1.1');
    expect(await run(lookupOf([PUBLIC, PUBLIC_IPV6]), true)).toEqual([PUBLIC, PUBLIC_IPV6]);
  });

  it.each([[[PRIVATE]], [[PUBLIC, PRIVATE]], [[PRIVATE, PUBLIC_IPV6]], [[]]])(
    'refuses a host that may lead to us: %j',
    async (answer) => {
      await expect(run(lookupOf(answer))).rejects.toMatchObject({ reason: 'ssrf' });
      await expect(run(lookupOf(answer), true)).rejects.toMatchObject({ reason: 'ssrf' });
    },
  );

  it('asks and checks anew each time: a name that turns private is refused', async () => {
    const lookup = lookupOf([PUBLIC], [PRIVATE], [PUBLIC]);
    expect(await run(lookup, true)).toEqual([PUBLIC]);
    await expect(run(lookup, true)).rejects.toMatchObject({ reason: 'ssrf' });
    expect(await run(lookup, true)).toEqual([PUBLIC]);
  });

  it('hands on what the name server failed with', async () => {
    const error = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    const lookup = checkedLookup(() => Promise.reject(error), isPublicAddress);
    await expect(run(lookup)).rejects.toBe(error);
  });
});
