import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Clock } from '../../src/ports/clock.port.js';
import { closedConnections, expectCounted, refusedUpgrades } from '../harness/counted.js';
import { eventually } from '../harness/eventually.js';
import { expectHealthy, expectUsable } from '../harness/healthy.js';
import { rawToken } from '../harness/raw-token.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

const ISSUER = 'https://id.example.com';
const AUDIENCE = 'tidegate';
const MAX_AGE_SECONDS = 86_400;
const HOUR = 3600;
/** The tolerance of the clock, and a little that a slow test may take. */
const TOLERANCE_SECONDS = 30;
const SLACK_SECONDS = 10;

const header = { alg: 'HS256', typ: 'JWT' };
const now = (): number => Math.floor(Date.now() / 1000);
const claims = () => ({ sub: 'alice', iss: ISSUER, aud: AUDIENCE, iat: now(), exp: now() + HOUR });

const withHeader = (change: object) => () =>
  rawToken(JSON.stringify({ ...header, ...change }), JSON.stringify(claims()));
const withClaims = (change: object | (() => object)) => () =>
  rawToken(
    JSON.stringify(header),
    JSON.stringify({ ...claims(), ...(typeof change === 'function' ? change() : change) }),
  );
/** Claims as JSON text, for numbers that no JavaScript value writes. */
const withExpiry = (json: string) => () =>
  rawToken(JSON.stringify(header), `{"sub":"alice","iss":"${ISSUER}","aud":"${AUDIENCE}","exp":${json}}`);
const withoutSignature = (alg: string) => () => `${withHeader({ alg })().split('.').slice(0, 2).join('.')}.`;

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await TestGateway.start({
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
    JWT_MAX_AGE_SECONDS: String(MAX_AGE_SECONDS),
    JWT_CLOCK_TOLERANCE_SECONDS: String(TOLERANCE_SECONDS),
  });
});
afterAll(() => gateway.close());

/** Refused wherever a client may show it: with 401 in the header, with 3000 as first message. */
async function expectRefused(target: TestGateway, token: () => string, reason: string): Promise<void> {
  await expectCounted(target, refusedUpgrades(reason), async () => {
    const { statusCode, headers } = await target.connect({ token: token() }).refused;
    expect(statusCode).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });
  await expectCounted(target, closedConnections(3000, 'token_invalid'), async () => {
    const client = target.connect();
    await client.opened;
    client.raw(JSON.stringify({ event: 'auth', data: { token: token() } }));
    expect(await client.closed).toEqual({ code: 3000, reason: 'token_invalid' });
    expect(client.received).toEqual([]);
  });
}

describe('a token is refused', () => {
  it.each<[string, () => string, string]>([
    ['with no dot', () => 'abc', 'token_malformed'],
    ['with one dot', () => 'abc.def', 'token_malformed'],
    ['with three dots', () => `${testToken()}.x`, 'token_malformed'],
    ['with four dots', () => `${testToken()}.x.y`, 'token_malformed'],
    ['with an empty part', () => '.e30.x', 'token_malformed'],
    ['in plain base64', () => withHeader({ kid: 'a' })().replace('.', '=.'), 'token_malformed'],
    ['with letters of no alphabet', () => 'ab$.cd.ef', 'token_malformed'],
    ['with a header that is no JSON', () => rawToken('{"alg":', '{}'), 'token_malformed'],
    ['with an array as header', () => rawToken('["HS256"]', '{}'), 'token_malformed'],
    ['with null as header', () => rawToken('null', '{}'), 'token_malformed'],
    ['with claims that are no JSON', () => rawToken(JSON.stringify(header), '{"sub":'), 'token_malformed'],
    ['with an array as claims', () => rawToken(JSON.stringify(header), '[]'), 'token_aud'],

    ['with alg none', withHeader({ alg: 'none' }), 'token_alg'],
    ['with alg None', withHeader({ alg: 'None' }), 'token_alg'],
    ['with alg nOnE', withHeader({ alg: 'nOnE' }), 'token_alg'],
    ['with alg none and no signature', withoutSignature('none'), 'token_alg'],
    ['with an alg that is no text', withHeader({ alg: 5 }), 'token_alg'],
    ['with no alg', withHeader({ alg: undefined }), 'token_alg'],
    ['with an alg of another key type', withHeader({ alg: 'RS256' }), 'token_alg'],
    ['with alg hs256', withHeader({ alg: 'hs256' }), 'token_alg'],
    ['with no signature', withoutSignature('HS256'), 'token_malformed'],
    ['signed with another secret', () => rawToken(JSON.stringify(header), '{}', 'x'), 'token_signature'],

    ['with a path as kid', withHeader({ kid: '../../etc/passwd' }), 'token_kid'],
    ['with SQL as kid', withHeader({ kid: "' OR 1=1 --" }), 'token_kid'],
    ['with a long kid', withHeader({ kid: 'k'.repeat(129) }), 'token_kid'],
    ['with a kid that is no text', withHeader({ kid: ['k'] }), 'token_kid'],

    ['with jku', withHeader({ jku: 'https://evil.example.org/keys' }), 'token_header'],
    ['with x5u', withHeader({ x5u: 'https://evil.example.org/cert' }), 'token_header'],
    ['with jwk', withHeader({ jwk: { kty: 'oct', k: 'AAAA' } }), 'token_header'],
    ['with x5c', withHeader({ x5c: ['AAAA'] }), 'token_header'],
    ['with crit', withHeader({ crit: ['b64'], b64: false }), 'token_header'],

    ['that has expired', withClaims(() => ({ exp: now() - TOLERANCE_SECONDS - 1 })), 'token_time'],
    ['with no exp', withClaims({ exp: undefined }), 'token_time'],
    ['with a text as exp', withClaims({ exp: '2099-01-01' }), 'token_time'],
    ['with a number in text as exp', withClaims({ exp: '9999999999' }), 'token_time'],
    ['with null as exp', withClaims({ exp: null }), 'token_time'],
    ['with a negative exp', withClaims({ exp: -1 }), 'token_time'],
    ['with exp 1e400', withExpiry('1e400'), 'token_time'],
    ['with exp NaN', withExpiry('NaN'), 'token_malformed'],
    ['until the year 9999 and no iat', withClaims({ exp: 253_402_300_799, iat: undefined }), 'token_time'],
    ['that is too old', withClaims(() => ({ iat: now() - MAX_AGE_SECONDS - HOUR })), 'token_time'],
    [
      'from the future by nbf',
      withClaims(() => ({ nbf: now() + TOLERANCE_SECONDS + SLACK_SECONDS })),
      'token_time',
    ],
    [
      'from the future by iat',
      withClaims(() => ({ iat: now() + TOLERANCE_SECONDS + SLACK_SECONDS })),
      'token_time',
    ],
    ['with a text as nbf', withClaims({ nbf: 'soon' }), 'token_time'],
    ['with a text as iat', withClaims({ iat: 'now' }), 'token_time'],

    ['of another issuer', withClaims({ iss: `${ISSUER}/` }), 'token_iss'],
    ['of no issuer', withClaims({ iss: undefined }), 'token_iss'],
    ['for another audience', withClaims({ aud: ['billing', 'tidegate-admin'] }), 'token_aud'],
    ['for no audience', withClaims({ aud: undefined }), 'token_aud'],

    ['that refreshes', withHeader({ typ: 'refresh+jwt' }), 'token_typ'],
    ['that logs out', withHeader({ typ: 'logout+jwt' }), 'token_typ'],
    ['with a typ that is no text', withHeader({ typ: 1 }), 'token_typ'],

    ['with no sub', withClaims({ sub: undefined }), 'token_sub'],
    ['with an empty sub', withClaims({ sub: '' }), 'token_sub'],
    ['with an object as sub', withClaims({ sub: { id: 1 } }), 'token_sub'],
    ['with a number as sub', withClaims({ sub: 7 }), 'token_sub'],
    ['with a blank in sub', withClaims({ sub: 'alice smith' }), 'token_sub'],
    ['with a line break in sub', withClaims({ sub: 'alice\nadmin' }), 'token_sub'],
    ['with NUL in sub', withClaims({ sub: 'alice\0' }), 'token_sub'],
    ['with a direction mark in sub', withClaims({ sub: '\u202Eecila' }), 'token_sub'],
    ['with half a surrogate pair in sub', withClaims({ sub: '\ud800' }), 'token_sub'],
    ['with a sub of 129', withClaims({ sub: 's'.repeat(129) }), 'token_sub'],
  ])('%s', (_name, token, reason) => expectRefused(gateway, token, reason));

  it('leaves everybody else alone', () =>
    expectHealthy(gateway, { token: withClaims({ sub: 'newcomer' })() }));
});

describe('a token is taken', () => {
  const signIn = async (token: string) => (await gateway.signIn('', { token })).received[0]!.data;

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['with an unknown kid of the right form', withHeader({ kid: 'key-2026.11' })],
    ['with typ at+jwt', withHeader({ typ: 'at+jwt' })],
    ['without a typ', withHeader({ typ: undefined })],
    ['for several audiences', withClaims({ aud: ['billing', AUDIENCE] })],
    ['expired within the tolerance', withClaims(() => ({ exp: now() - TOLERANCE_SECONDS + SLACK_SECONDS }))],
    ['ahead within the tolerance', withClaims(() => ({ nbf: now() + 20, iat: now() + 20 }))],
  ])('%s', async (_name, token) => {
    expect((await signIn(token())).user).toBe('alice');
  });

  it.each(['auth0|5f7c8ec7c33c6c004bbafe82', 'tenant:alice', 'a*b>c', '山田', 's'.repeat(128)])(
    'with sub %s',
    async (sub) => {
      expect((await signIn(withClaims({ sub })())).user).toBe(sub);
    },
  );

  it('until the year 9999, for as long as a token may live', async () => {
    const iat = now() - HOUR;
    const { expiresAt } = await signIn(withClaims({ iat, exp: 253_402_300_799 })());
    expect(expiresAt).toBe((iat + MAX_AGE_SECONDS) * 1000);
  });
});

describe('a public key', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  let rsa: TestGateway;
  beforeAll(async () => {
    rsa = await TestGateway.start({ JWT_SECRET: '', JWT_PUBLIC_KEY: publicKey });
  });
  afterAll(() => rsa.close());

  it('verifies what its private key signed', async () => {
    const token = testToken({}, { algorithm: 'RS256' }, privateKey);
    await expectUsable(await rsa.signIn('alice', { token }));
  });

  it.each([publicKey, publicKey.trim()])('is never an HMAC secret', (secret) =>
    expectRefused(rsa, () => rawToken(JSON.stringify(header), JSON.stringify(claims()), secret), 'token_alg'),
  );
});

describe('where only access tokens are configured', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await TestGateway.start({ JWT_TYPES: 'at+jwt' });
  });
  afterAll(() => strict.close());

  it.each([
    ['an ID token', withHeader({ typ: 'JWT' })],
    ['a token without a typ', withHeader({ typ: undefined })],
  ])('%s is refused', (_name, token) => expectRefused(strict, token, 'token_typ'));

  it('an access token is taken', async () => {
    await expectUsable(await strict.signIn('alice', { token: withHeader({ typ: 'at+jwt' })() }));
  });
});

describe('the wall clock steps', () => {
  const TEN_MINUTES_MS = 600_000;

  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each([
    ['forward', TEN_MINUTES_MS],
    ['back', -TEN_MINUTES_MS],
  ])('%s: tokens are judged by the new time, nobody is closed', async (_direction, stepMs) => {
    const token = withClaims(() => ({ exp: now() + 300 }))();
    const client = await gateway.signIn('alice', { token });
    const clock = gateway.app.get(Clock);
    const swept = jest.spyOn(clock, 'monotonicMs');
    jest.spyOn(clock, 'epochMs').mockImplementation(() => Date.now() + stepMs);

    await expectCounted(gateway, refusedUpgrades('token_time'), async () => {
      expect((await gateway.connect({ token }).refused).statusCode).toBe(401);
    });
    await expectNextSweep(swept);
    await expectUsable(client);
    client.terminate();
  });

  /** The deadlines of all connections have been looked at since. */
  async function expectNextSweep(monotonicMs: { mock: { calls: unknown[] } }): Promise<void> {
    const before = monotonicMs.mock.calls.length;
    await eventually(() => expect(monotonicMs.mock.calls.length).toBeGreaterThan(before + 1));
  }
});
