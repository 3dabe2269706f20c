import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { AppConfig } from '../../config/app-config.js';

const LIFETIME_SECONDS = 3600;

export interface DemoToken {
  readonly token: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Signs tokens for whoever asks, with the gateway's own secret. For trying it out; exists in demo mode only. */
@Injectable()
export class DemoTokens {
  constructor(
    private readonly config: AppConfig,
    private readonly jwt: JwtService,
  ) {}

  issue(sub: string, roles: readonly string[] = [], scope?: string): DemoToken {
    const { key, issuer, audience, algorithms } = this.config.auth;
    if (!this.config.isDemo || !('secret' in key)) {
      throw new Error('Demo tokens exist in demo mode only');
    }
    const expiresAtSeconds = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS;
    const token = this.jwt.sign(
      { sub, roles, ...(scope !== undefined && { scope }), exp: expiresAtSeconds },
      {
        secret: key.secret,
        algorithm: (algorithms[0] ?? 'HS256') as 'HS256',
        ...(issuer !== undefined && { issuer }),
        ...(audience !== undefined && { audience }),
      },
    );
    return { token, expiresAt: expiresAtSeconds * 1000 };
  }
}
