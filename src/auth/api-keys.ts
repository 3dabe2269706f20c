import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import type { Principal } from '../protocol/principal.js';

/** Keys of back-office services, configured as SHA-256 digests. Several may be valid at once, for rotation. */
@Injectable()
export class ApiKeys {
  private readonly entries: readonly { readonly digest: Buffer; readonly principal: Principal }[];

  constructor(config: AppConfig) {
    this.entries = config.auth.apiKeys.map(({ name, sha256, scopes }) => ({
      digest: Buffer.from(sha256, 'hex'),
      principal: {
        userId: `api-key:${name}`,
        roles: [],
        scopes,
        topics: [],
        attributes: {},
        expiresAtMs: undefined,
      },
    }));
  }

  /** Digests are compared in constant time, so that timing tells nothing of a key. */
  find(key: string): Principal | undefined {
    const digest = createHash('sha256').update(key).digest();
    return this.entries.find((entry) => timingSafeEqual(entry.digest, digest))?.principal;
  }
}
