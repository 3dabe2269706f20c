import { beforeEach, describe, expect, it } from '@jest/globals';
import { Metrics } from '../../observability/metrics.js';
import { type FakeConnection, fakeConnection } from '../../../test/harness/fake.connection.js';
import { HubFixture } from '../../../test/harness/hub-fixture.js';
import { testToken } from '../../../test/harness/test-token.js';
import { KeyRing } from '../../auth/key-ring.js';
import { TokenVerifier } from '../../auth/token-verifier.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { ConnectionLimits } from './connection-limits.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SessionGateway } from './session.gateway.js';

let fixture: HubFixture;
let gateway: SessionGateway;
let client: FakeConnection;

beforeEach(async () => {
  fixture = new HubFixture({ LIMIT_CONNECTIONS_PER_USER: '1' });
  const { config, hub, clock } = fixture;
  const verifier = new TokenVerifier(config, new KeyRing(config), clock, new Metrics());
  gateway = new SessionGateway(verifier, new SessionAuthenticator(config, hub, clock), clock);
  client = await fakeConnection(fixture);
});

/** A token that lives for an hour by the fake clock. */
const tokenOf = (sub: string, seconds = 3600): string =>
  testToken(
    { sub, roles: ['trader'], exp: Math.floor(fixture.clock.epochMs() / 1000) + seconds },
    {
      noTimestamp: true,
    },
  );

const refusalOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(CommandRefused);
    return (error as CommandRefused).code;
  }
};

describe('auth', () => {
  it('welcomes who brings a token', () => {
    const { session } = client.connection;
    const welcome = gateway.authenticate(session, { token: tokenOf('alice') });
    expect(welcome).toMatchObject({
      session: session.id,
      user: 'alice',
      roles: ['trader'],
      protocol: 'tidegate.v1.json',
    });
    expect(welcome.expiresAt).toBe(session.principal?.expiresAtMs);
    expect(fixture.hub.sessionsOf('alice').has(session)).toBe(true);
    expect(client.connection.authDeadlineMs).toBe(0);
  });

  it('closes who brings a bad one', () => {
    expect(refusalOf(() => gateway.authenticate(client.connection.session, { token: 'bad' }))).toBe(
      'token_invalid',
    );
    expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'token_invalid' });
    expect(fixture.hub.userCount).toBe(0);
  });

  it('is refused to who is authenticated already, and changes nothing', () => {
    const { session } = client.connection;
    gateway.authenticate(session, { token: tokenOf('alice') });
    expect(refusalOf(() => gateway.authenticate(session, { token: tokenOf('bob') }))).toBe(
      'already_authenticated',
    );
    expect(session.principal?.userId).toBe('alice');
    expect(client.webSocket.closedWith).toBeUndefined();
  });

  it('counts towards the connections of the user', async () => {
    const limits = new ConnectionLimits(fixture.config);
    (await limits.reserve('192.0.2.2')).takeUser('alice');
    client = await fakeConnection(fixture, { limits });
    const { session } = client.connection;
    expect(refusalOf(() => gateway.authenticate(session, { token: tokenOf('alice') }))).toBe(
      'limit_exceeded',
    );
    expect(client.webSocket.closedWith).toEqual({ code: 4409, reason: 'conn_user' });
    expect(session.principal).toBeUndefined();
  });
});

describe('auth.refresh', () => {
  beforeEach(() => {
    gateway.authenticate(client.connection.session, { token: tokenOf('alice', 60) });
  });

  it('puts off the end', () => {
    const { session } = client.connection;
    const before = client.connection.expiresAtMs;
    const { expiresAt } = gateway.refresh(session, { token: tokenOf('alice', 3660) });
    expect(expiresAt).toBe(session.principal?.expiresAtMs);
    expect(client.connection.expiresAtMs - before).toBe(3_600_000);
  });

  it('with a bad token is refused, and the old end stands', () => {
    const before = client.connection.expiresAtMs;
    expect(refusalOf(() => gateway.refresh(client.connection.session, { token: 'bad' }))).toBe(
      'token_invalid',
    );
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(client.connection.expiresAtMs).toBe(before);
  });

  it('with the token of another user closes', () => {
    const { session } = client.connection;
    expect(refusalOf(() => gateway.refresh(session, { token: tokenOf('bob') }))).toBe('forbidden');
    expect(client.webSocket.closedWith).toEqual({ code: 3003, reason: 'subject_changed' });
    expect(session.principal?.userId).toBe('alice');
  });
});

describe('ping and echo', () => {
  it('answer with the time and with what was sent', () => {
    expect(gateway.ping()).toEqual({ time: fixture.clock.epochMs() });
    const data = { a: [1, null] };
    expect(gateway.echo(data)).toBe(data);
  });
});
