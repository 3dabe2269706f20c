import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Metrics } from '../observability/metrics.js';
import { testConfig } from '../../test/harness/test-config.js';
import { testToken } from '../../test/harness/test-token.js';
import { SystemClock } from '../adapters/clock/system.clock.js';
import { ApiKeys } from './api-keys.js';
import { HttpAuthenticator } from './http-authenticator.js';
import { KeyRing } from './key-ring.js';
import { TokenVerifier } from './token-verifier.js';

const config = testConfig({
  API_KEYS: `ops:${createHash('sha256').update('key').digest('hex')}:broadcast`,
});
const verifier = new TokenVerifier(config, new KeyRing(config), new SystemClock(), new Metrics());
const authenticator = new HttpAuthenticator(verifier, new ApiKeys(config));

describe('HTTP authenticator', () => {
  it('takes a bearer token', () => {
    const principal = authenticator.authenticate({ authorization: `Bearer ${testToken({ sub: 'bob' })}` });
    expect(principal).toMatchObject({ userId: 'bob' });
  });

  it('takes an API key', () => {
    expect(authenticator.authenticate({ 'x-api-key': 'key' })).toMatchObject({ userId: 'api-key:ops' });
  });

  it.each([
    ['no credentials', {}],
    ['a token that is refused', { authorization: `Bearer ${testToken({ sub: '' })}` }],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['an unknown API key', { 'x-api-key': 'other' }],
    ['an empty API key', { 'x-api-key': '' }],
    ['an unknown API key beside a good token', { 'x-api-key': 'no', authorization: `Bearer ${testToken()}` }],
  ])('knows nobody by %s', (_what, headers) => {
    expect(authenticator.authenticate(headers)).toBeUndefined();
  });

  it('lets an error that is no refusal through', () => {
    const broken = new HttpAuthenticator(
      {
        verify: () => {
          throw new TypeError('a bug');
        },
      } as unknown as TokenVerifier,
      new ApiKeys(config),
    );
    expect(() => broken.authenticate({ authorization: 'Bearer x' })).toThrow(TypeError);
  });
});
