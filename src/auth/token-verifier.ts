import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { Clock } from '../ports/clock.port.js';
import type { Principal } from '../protocol/principal.js';
import { KeyRing } from './key-ring.js';
import { principalFromClaims } from './principal-from-claims.js';
import { readTokenHeader } from './token-header.js';
import { TokenRefused, type TokenRefusal } from './token-refused.js';

/** Longest token taken; the header block of an upgrade is bounded at the same size. */
const MAX_TOKEN_LENGTH = 8192;

/** Token to principal: algorithm by key, signature, `iss`, `aud`, `exp`, `nbf`, `typ`, `sub`, age. */
@Injectable()
export class TokenVerifier {
  private readonly types: ReadonlySet<string>;
  /** By algorithm, one for each key that serves it: what is the same for every token is bound once. */
  private readonly services: ReadonlyMap<string, readonly JwtService[]>;

  constructor(
    private readonly config: AppConfig,
    keys: KeyRing,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.types = new Set(config.auth.types.map(mediaType));
    this.services = new Map(
      keys.algorithms.map((algorithm) => [
        algorithm,
        keys.keysFor(algorithm).map((key) => this.serviceOf(key, algorithm)),
      ]),
    );
  }

  /** Throws `TokenRefused`, and counts why. */
  verify(token: string): Principal {
    try {
      return this.check(token);
    } catch (error) {
      if (error instanceof TokenRefused) {
        this.metrics.tokensRefused.inc({ reason: error.reason });
      }
      throw error;
    }
  }

  private check(token: string): Principal {
    if (token.length > MAX_TOKEN_LENGTH) {
      throw new TokenRefused('token_malformed');
    }
    const { alg, typ } = readTokenHeader(token);
    // An absent `typ` is a plain JWT (RFC 7519 section 5.1).
    if (!this.types.has(mediaType(typ ?? 'JWT'))) {
      throw new TokenRefused('token_typ');
    }
    const services = this.services.get(alg);
    if (services === undefined) {
      throw new TokenRefused('token_alg');
    }
    const { auth } = this.config;
    const nowSeconds = Math.floor(this.clock.epochMs() / 1000);
    return principalFromClaims(verifiedClaims(token, services, nowSeconds), {
      nowSeconds,
      toleranceSeconds: auth.clockToleranceSeconds,
      maxAgeSeconds: auth.maxAgeSeconds,
    });
  }

  private serviceOf(key: KeyObject, algorithm: string): JwtService {
    const { issuer, audience, clockToleranceSeconds } = this.config.auth;
    return new JwtService({
      // A KeyObject spares the library guessing what kind of key a string is, at every call.
      secret: key as unknown as Buffer,
      verifyOptions: {
        algorithms: [algorithm as 'HS256'],
        clockTolerance: clockToleranceSeconds,
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
      },
    });
  }
}

/** Several keys of one type stand for a rotation: the first whose signature fits decides. */
function verifiedClaims(
  token: string,
  services: readonly JwtService[],
  clockTimestamp: number,
): Record<string, unknown> {
  let refusal: TokenRefusal = 'token_signature';
  for (const service of services) {
    try {
      return service.verify<Record<string, unknown>>(token, { clockTimestamp });
    } catch (error) {
      refusal = refusalOf(error);
      if (refusal !== 'token_signature') {
        break;
      }
    }
  }
  throw new TokenRefused(refusal);
}

/** Media types compare without case, and `application/` may be left out (RFC 7515 section 4.1.9). */
function mediaType(typ: string): string {
  return typ.toLowerCase().replace(/^application\//, '');
}

/** The library tells its refusals apart by text alone. A spec pins every one of these. */
function refusalOf(error: unknown): TokenRefusal {
  const text = error instanceof Error ? error.message : '';
  if (text === 'invalid signature') {
    return 'token_signature';
  }
  if (/^(jwt expired|jwt not active|invalid exp|invalid nbf)/.test(text)) {
    return 'token_time';
  }
  if (text.startsWith('jwt issuer invalid')) {
    return 'token_iss';
  }
  if (text.startsWith('jwt audience invalid')) {
    return 'token_aud';
  }
  return text === 'invalid algorithm' ? 'token_alg' : 'token_malformed';
}
