import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { CallFailed } from './call-failed.js';

/** Finds every address of a host. Like `dns.promises.lookup` with `all`. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

/**
 * The name lookup of a connection: it fails unless every address is allowed. The socket connects to what is returned
 * here and asks nobody again, so that a second answer of the name server cannot lead it elsewhere.
 */
export function checkedLookup(resolve: Resolver, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, { all = false }, callback) => {
    void resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => isAllowed(address))) {
          callback(new CallFailed('ssrf'), '', 0);
        } else if (all) {
          callback(null, [...addresses]);
        } else {
          callback(null, first.address, first.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}
