import { JwtService } from '@nestjs/jwt';
import { describe, expect, it } from '@jest/globals';
import { Metrics } from '../observability/metrics.js';
import { testConfig } from '../../test/harness/test-config.js';
import { SystemClock } from '../adapters/clock/system.clock.js';
import { DemoTokens } from './demo-tokens.js';
import { KeyRing } from './key-ring.js';
import { TokenVerifier } from './token-verifier.js';

describe('demo tokens', () => {
  it.each([
    ['the defaults', {}],
    ['an issuer and an audience', { JWT_ISSUER: 'me', JWT_AUDIENCE: 'you' }],
    ['another algorithm', { JWT_ALGORITHMS: 'HS512' }],
    ['a secret of its own', { JWT_SECRET: '' }],
  ])('are taken by the gateway that issued them: %s', (_what, env) => {
    const config = testConfig({ DEMO: 'true', ...env });
    const jwt = new JwtService({});
    const { token, expiresAt } = new DemoTokens(config, jwt).issue('alice', ['admin'], 'quotes chat');
    expect(
      new TokenVerifier(config, new KeyRing(config), new SystemClock(), new Metrics()).verify(token),
    ).toEqual({
      userId: 'alice',
      roles: ['admin'],
      scopes: ['quotes', 'chat'],
      topics: [],
      attributes: {},
      expiresAtMs: expiresAt,
    });
  });

  it('do not exist outside of demo mode', () => {
    const tokens = new DemoTokens(testConfig({ DEMO: 'false' }), new JwtService({}));
    expect(() => tokens.issue('alice')).toThrow('demo mode only');
  });
});
