import { lookup } from 'node:dns/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { CallFailed } from './call-failed.js';
import { checkedLookup, type Resolver } from './checked-lookup.js';
import { isPublicAddress } from './public-address.js';

/** Of an answer nobody needs more. */
const MAX_ANSWER_BYTES = 65_536;

export interface HookClientOptions {
  readonly url: string;
  /** From the call to the end of the answer, name lookup and waiting for a connection included. */
  readonly timeoutMs: number;
  readonly arePrivateAddressesAllowed: boolean;
  /** Further calls wait. */
  readonly maxConnections: number;
  readonly isKeptAlive: boolean;
  /** Default: the system's resolver. */
  readonly resolve?: Resolver;
}

export interface HookAnswer {
  readonly status: number;
  /** Undefined: longer than 64 KiB; the rest was not read. */
  readonly body: string | undefined;
}

const resolveHost: Resolver = (hostname) => lookup(hostname, { all: true });

/**
 * Posts JSON to one configured URL. Redirects are not followed, proxies of the environment are not used, and addresses
 * that are not public are refused, at every connection anew.
 */
export class HookClient {
  private readonly url: URL;
  private readonly agent: http.Agent;
  private readonly lookup: LookupFunction;
  private readonly isRefused: boolean;

  /** Throws on a URL that is not http or https, or that holds credentials. */
  constructor(private readonly options: HookClientOptions) {
    this.url = new URL(options.url);
    if (!['http:', 'https:'].includes(this.url.protocol)) {
      throw new Error('The URL of a hook must be http or https');
    }
    if (this.url.username !== '' || this.url.password !== '') {
      throw new Error('The URL of a hook must not hold credentials');
    }
    const { arePrivateAddressesAllowed, isKeptAlive, maxConnections, resolve = resolveHost } = options;
    const isAllowed = arePrivateAddressesAllowed ? (): boolean => true : isPublicAddress;
    this.lookup = checkedLookup(resolve, isAllowed);
    // A host that is an address is connected to without a lookup.
    const host = this.url.hostname.replace(/^\[|\]$/g, '');
    this.isRefused = isIP(host) !== 0 && !isAllowed(host);
    const { Agent } = this.protocol;
    this.agent = new Agent({ keepAlive: isKeptAlive, maxSockets: maxConnections });
  }

  private get protocol(): typeof http | typeof https {
    return this.url.protocol === 'https:' ? https : http;
  }

  /** Resolves with the answer, whatever its status. Throws `CallFailed`. */
  async post(body: string, headers: Readonly<Record<string, string>>): Promise<HookAnswer> {
    if (this.isRefused) {
      throw new CallFailed('ssrf');
    }
    const deadline = AbortSignal.timeout(this.options.timeoutMs);
    try {
      return await readAnswer(await this.send(body, headers, deadline));
    } catch (error) {
      if (error instanceof CallFailed) {
        throw error;
      }
      throw deadline.aborted
        ? new CallFailed('timeout')
        : new CallFailed('connection', (error as NodeJS.ErrnoException).code);
    }
  }

  private send(
    body: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.protocol.request(this.url, {
        method: 'POST',
        agent: this.agent,
        lookup: this.lookup,
        signal,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'Tidegate',
          ...headers,
        },
      });
      request.once('response', resolve);
      request.on('error', (error: NodeJS.ErrnoException) => {
        if (request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) {
          // The other side closed an idle connection while we took it up. Should it have read the call, it gets it twice.
          resolve(this.send(body, headers, signal));
        } else {
          reject(error);
        }
      });
      request.end(body);
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<HookAnswer> {
  const status = response.statusCode!;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) {
      // Leaving the loop ends the connection.
      return { status, body: undefined };
    }
    chunks.push(chunk);
  }
  return { status, body: Buffer.concat(chunks).toString() };
}
