import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { CallFailed } from './call-failed.js';

/** Finds every address of a host. Like `dns.promises.lookup` with `all`. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * The name lookup of a connection: it fails unless every address is allowed. The socket connects to what is returned
 * here and asks nobody again, so that a second answer of the name server cannot lead it elsewhere.
 */
export function checkedLookup(resolve: Resolver, isAllowed: (address: string) => boolean): LookupFunction {
  const find = callbackify(async (hostname: string): Promise<[LookupAddress, ...LookupAddress[]]> => {
    const [first, ...others] = await resolve(hostname);
    if (first === undefined || ![first, ...others].every(({ address }) => isAllowed(address))) {
      throw new CallFailed('ssrf');
    }
    return [first, ...others];
  });
  return (hostname, { all = false }, callback) => {
    find(hostname, (error: NodeJS.ErrnoException | null, addresses) => {
      if (error !== null) {
        callback(error, '', 0);
      } else if (all) {
        callback(null, addresses);
      } else {
        callback(null, addresses[0].address, addresses[0].family);
      }
    });
  };
}
