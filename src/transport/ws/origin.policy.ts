import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';

/**
 * Which pages may open a socket. A browser sends the cookie-less handshake of any page anywhere; the Origin header is
 * the one thing such a page cannot choose (RFC 6455 section 10.2). It authenticates nobody.
 */
@Injectable()
export class OriginPolicy {
  private readonly exact: ReadonlySet<string>;
  private readonly subdomainsOf: readonly { readonly scheme: string; readonly suffix: string }[];

  constructor(config: AppConfig) {
    const wildcards = config.allowedOrigins.filter((origin) => origin.includes('*'));
    this.exact = new Set(config.allowedOrigins.filter((origin) => !origin.includes('*')).map(normalise));
    this.subdomainsOf = wildcards.map((origin) => {
      const [scheme = '', host = ''] = origin.split('://');
      return { scheme, suffix: normalise(`${scheme}://${host.slice('*.'.length)}`).slice(scheme.length + 3) };
    });
  }

  /** `ownOrigin` is the origin of the request's own target: allowed when no list is configured. */
  isAllowed(origin: string, ownOrigin: string): boolean {
    const normalised = normalise(origin);
    if (normalised === '') {
      return false;
    }
    if (this.exact.size === 0 && this.subdomainsOf.length === 0) {
      return normalised === normalise(ownOrigin);
    }
    return (
      this.exact.has(normalised) ||
      this.subdomainsOf.some(
        ({ scheme, suffix }) => normalised.startsWith(`${scheme}://`) && normalised.endsWith(`.${suffix}`),
      )
    );
  }
}

/** Scheme, host and port in lower case, the default port left out; empty when it is not such a thing (`null`). */
function normalise(origin: string): string {
  // URL parsing forgives paths, userinfo, percent encoding and folded letters; a browser never sends them.
  if (!/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(origin) || !URL.canParse(origin)) {
    return '';
  }
  return new URL(origin).origin;
}
