import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import { Injectable } from '@nestjs/common';
import proxyAddr from '@fastify/proxy-addr';
import { AppConfig } from '../../config/app-config.js';

const IPV4_MAPPED = '::ffff:';
const IPV4_WITH_PORT = /^(\d{1,3}(?:\.\d{1,3}){3}):\d+$/;

/** Where a request comes from. `X-Forwarded-*` is believed from the configured proxies alone. */
@Injectable()
export class ClientAddress {
  private readonly isTrusted: (address: string, hop: number) => boolean;

  constructor(config: AppConfig) {
    this.isTrusted = proxyAddr.compile([...config.http.trustedProxies]);
  }

  addressOf(request: IncomingMessage): string {
    const address = proxyAddr(request, this.isTrusted) ?? '';
    const plain = address.startsWith(IPV4_MAPPED) ? address.slice(IPV4_MAPPED.length) : address;
    // Some proxies write the port too, which would make every connection an address of its own.
    return plain.replace(IPV4_WITH_PORT, '$1');
  }

  /** True when the next hop is a proxy whose headers count. */
  isBehindProxy(request: IncomingMessage): boolean {
    return this.isTrusted(request.socket.remoteAddress ?? '', 0);
  }

  /** `http` or `https`, as the client sees it. */
  schemeOf(request: IncomingMessage): string {
    const forwarded = request.headers['x-forwarded-proto'];
    if (typeof forwarded === 'string' && this.isBehindProxy(request)) {
      return forwarded.split(',')[0]!.trim().toLowerCase();
    }
    return 'encrypted' in request.socket ? 'https' : 'http';
  }
}

/** What limits count an address as: an IPv6 client owns a whole /64. */
export function limitKey(address: string): string {
  // Most are IPv4, and Node's test of IPv6 is a long regular expression.
  if (!address.includes(':') || !isIPv6(address)) {
    return address;
  }
  // A proxy may write it in other ways than the kernel: upper case, leading zeros, an IPv4 tail, a zone.
  const canonical = new URL(`http://[${address.split('%', 1)[0]}]`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest.length;
  return [...groups, ...Array.from({ length: zeros }, () => '0'), ...rest].slice(0, 4).join(':');
}
