import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { bearerToken } from '../../auth/bearer-token.js';
import { TokenRefused, type TokenRefusal } from '../../auth/token-refused.js';
import { TokenVerifier } from '../../auth/token-verifier.js';
import { CLOSE_REASONS, type CloseReason } from '../../protocol/close-codes.js';
import type { Principal } from '../../protocol/principal.js';
import { UpgradeRefused } from './upgrade-refused.js';
import type { RequestQuery } from './upgrade-request.js';

/** Name of the parameter (RFC 6750 section 2.3). */
export const QUERY_TOKEN = 'access_token';

/** Who stands behind a handshake: a principal, nobody yet (`{}`), or somebody to be told no after the upgrade. */
export interface Credentials {
  readonly principal?: Principal;
  readonly turnAway?: CloseReason;
}

/** The token of a handshake: `Authorization`, the `bearer.` subprotocol, or the query where that is configured. */
@Injectable()
export class HandshakeAuthenticator {
  constructor(
    private readonly config: AppConfig,
    private readonly verifier: TokenVerifier,
  ) {}

  /** Throws `UpgradeRefused` with 401 for clients that can read it. `mayAuthenticateLater`: by first message. */
  authenticate(
    request: IncomingMessage,
    query: RequestQuery,
    subprotocolToken: string | undefined,
    mayAuthenticateLater: boolean,
  ): Credentials {
    // A browser cannot read a refused handshake: it is upgraded and told by close code.
    const isBrowser = request.headers.origin !== undefined;
    try {
      const token = this.tokenOf(request, query, subprotocolToken);
      if (token !== undefined) {
        return { principal: this.verifier.verify(token) };
      }
      if (mayAuthenticateLater) {
        return {};
      }
    } catch (error) {
      if (!(error instanceof TokenRefused)) {
        throw error;
      }
      return isBrowser ? { turnAway: CLOSE_REASONS.tokenInvalid } : unauthorized(error.reason);
    }
    return isBrowser ? { turnAway: CLOSE_REASONS.authRequired } : unauthorized('no_token');
  }

  private tokenOf(
    request: IncomingMessage,
    query: RequestQuery,
    subprotocolToken: string | undefined,
  ): string | undefined {
    const { authorization } = request.headers;
    const queryToken = query.get(QUERY_TOKEN) ?? undefined;
    if (queryToken !== undefined && !this.config.auth.isQueryTokenAllowed) {
      // Query strings end up in the logs of every proxy on the path (RFC 6750 section 5.3).
      throw new TokenRefused('token_query');
    }
    // A request must not bring its token in more than one way (RFC 6750 section 2).
    if ([authorization, subprotocolToken, queryToken].filter((source) => source !== undefined).length > 1) {
      throw new TokenRefused('token_malformed');
    }
    if (authorization === undefined) {
      return subprotocolToken ?? queryToken;
    }
    const token = bearerToken(authorization);
    if (token === undefined) {
      throw new TokenRefused('token_malformed');
    }
    return token;
  }
}

function unauthorized(reason: TokenRefusal | 'no_token'): never {
  const challenge = reason === 'no_token' ? 'Bearer' : 'Bearer error="invalid_token"';
  throw new UpgradeRefused(401, reason, { 'WWW-Authenticate': challenge });
}
