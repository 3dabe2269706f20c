import type { IncomingHttpHeaders } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Principal } from '../protocol/principal.js';
import { ApiKeys } from './api-keys.js';
import { bearerToken } from './bearer-token.js';
import { TokenRefused } from './token-refused.js';
import { TokenVerifier } from './token-verifier.js';

/** `Authorization: Bearer` (RFC 6750 section 2.1) or `X-API-Key` of a REST request to a principal. */
@Injectable()
export class HttpAuthenticator {
  constructor(
    private readonly verifier: TokenVerifier,
    private readonly apiKeys: ApiKeys,
  ) {}

  authenticate(headers: IncomingHttpHeaders): Principal | undefined {
    const apiKey = headers['x-api-key'];
    if (typeof apiKey === 'string') {
      return this.apiKeys.find(apiKey);
    }
    const token = bearerToken(headers['authorization']);
    if (token === undefined) {
      return undefined;
    }
    try {
      return this.verifier.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) {
        return undefined;
      }
      throw error;
    }
  }
}
