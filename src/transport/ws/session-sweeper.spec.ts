import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type FakeConnection,
  fakeConnection,
  type FakeConnectionOptions,
} from '../../../test/harness/fake.connection.js';
import { HubFixture, principalOf, turn } from '../../../test/harness/hub-fixture.js';
import { ConnectionRegistry } from './connection-registry.js';
import { SessionAuthenticator } from './session-authenticator.js';
import { SessionSweeper } from './session-sweeper.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 1440 * MINUTE;

let fixture: HubFixture;
let registry: ConnectionRegistry;

beforeEach(() => {
  fixture = new HubFixture();
  registry = new ConnectionRegistry();
  const sweeper = new SessionSweeper(fixture.config, registry, fixture.clock, fixture.metrics);
  sweeper.onApplicationBootstrap();
});

const advance = (ms: number): void => fixture.clock.advance(ms);

async function connect(options: FakeConnectionOptions = { user: 'alice' }): Promise<FakeConnection> {
  const opened = await fakeConnection(fixture, options);
  registry.add(opened.connection);
  return opened;
}

/** Time that passes for a client that answers pings. */
function advanceAlive({ connection }: FakeConnection, ms: number): void {
  for (let passed = 0; passed < ms; passed += 10 * SECOND) {
    advance(Math.min(10 * SECOND, ms - passed));
    connection.lastInboundMs = fixture.clock.monotonicMs();
  }
}

/** Signs the connection in with a token that has `ms` to live. */
function signIn({ connection }: FakeConnection, ms: number): void {
  const { config, hub, clock } = fixture;
  const principal = principalOf('alice', { expiresAtMs: clock.epochMs() + ms });
  new SessionAuthenticator(config, hub, clock).authenticate(connection, principal);
}

const events = ({ messages }: FakeConnection): string[] => messages.map(({ event }) => event);

describe('authentication', () => {
  it('is given five seconds', async () => {
    const stranger = await connect({});
    stranger.connection.authDeadlineMs = fixture.clock.monotonicMs() + fixture.config.auth.timeoutMs;
    advance(4.9 * SECOND);
    expect(stranger.webSocket.closedWith).toBeUndefined();
    advance(0.1 * SECOND + 250);
    expect(stranger.webSocket.closedWith).toEqual({ code: 3008, reason: 'auth_timeout' });
  });

  it('has no deadline any more once it happened', async () => {
    const client = await connect({});
    client.connection.authDeadlineMs = fixture.clock.monotonicMs() + fixture.config.auth.timeoutMs;
    signIn(client, DAY);
    advanceAlive(client, MINUTE);
    expect(client.webSocket.closedWith).toBeUndefined();
  });
});

describe('expiry', () => {
  it('is announced once, a minute before, and closes after the tolerance', async () => {
    const client = await connect({});
    signIn(client, 5 * MINUTE);
    const { principal } = client.connection.session;
    advanceAlive(client, 4 * MINUTE - 1);
    await turn();
    expect(events(client)).toEqual([]);
    advanceAlive(client, MINUTE);
    await turn();
    expect(client.messages).toEqual([
      { event: 'auth.expiring', data: { expiresAt: principal!.expiresAtMs } },
    ]);
    advanceAlive(client, 30 * SECOND);
    expect(client.webSocket.closedWith).toBeUndefined();
    advanceAlive(client, 251);
    expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'token_expired' });
    expect(events(client)).toEqual(['auth.expiring']);
  });

  it('is put off by a new token, and announced again', async () => {
    const client = await connect({});
    signIn(client, MINUTE);
    advanceAlive(client, 50 * SECOND);
    const { config, hub, clock } = fixture;
    const principal = principalOf('alice', { expiresAtMs: clock.epochMs() + 10 * MINUTE });
    new SessionAuthenticator(config, hub, clock).refresh(client.connection, principal);
    advanceAlive(client, 5 * MINUTE);
    await turn();
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(events(client)).toEqual(['auth.expiring']);
    advanceAlive(client, 5 * MINUTE);
    await turn();
    expect(events(client)).toEqual(['auth.expiring', 'auth.expiring']);
  });

  it('of a token that lives 60 days does not come at once, as it would with a timer of Node', async () => {
    const client = await connect({});
    signIn(client, 60 * DAY);
    advanceAlive(client, 10 * MINUTE);
    expect(client.webSocket.closedWith).toBeUndefined();
    fixture.clock.stall(60 * DAY);
    advanceAlive(client, SECOND);
    expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'token_expired' });
  });

  it.each([
    ['forward', 365 * DAY],
    ['back', -365 * DAY],
  ])('closes nobody when the wall clock steps %s', async (_direction, stepMs) => {
    const client = await connect({});
    signIn(client, 10 * MINUTE);
    fixture.clock.stepWall(stepMs);
    advanceAlive(client, 9 * MINUTE - 1);
    await turn();
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(events(client)).toEqual([]);
    advanceAlive(client, 2 * MINUTE);
    expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'token_expired' });
  });
});

describe('heartbeat', () => {
  it('pings a silent client once, and ends it after a minute of silence', async () => {
    const silent = await connect();
    advance(22 * SECOND);
    expect(silent.webSocket.pings).toBe(0);
    advance(3.5 * SECOND);
    expect(silent.webSocket.pings).toBe(1);
    advance(34 * SECOND);
    expect(silent.webSocket).toMatchObject({ pings: 1, isTerminated: false });
    advance(SECOND);
    expect(silent.webSocket.isTerminated).toBe(true);
    expect(silent.connection.writer.endedBy).toEqual({ code: 1006, reason: 'ping_timeout' });
  });

  it('pings again after an answer, and never ends who answers', async () => {
    const client = await connect();
    for (let round = 1; round <= 10; round += 1) {
      advance(26 * SECOND);
      expect(client.webSocket.pings).toBe(round);
      client.connection.lastInboundMs = fixture.clock.monotonicMs();
    }
    expect(client.webSocket.isTerminated).toBe(false);
  });

  it('leaves a client alone that talks by itself', async () => {
    const client = await connect();
    advanceAlive(client, 10 * MINUTE);
    expect(client.webSocket).toMatchObject({ pings: 0, isTerminated: false });
  });

  it('spreads the pings of connections that were opened together', async () => {
    const clients: FakeConnection[] = [];
    for (let opened = 0; opened < 97; opened += 1) {
      clients.push(await connect({}));
    }
    const pinged = (): number => clients.filter(({ webSocket }) => webSocket.pings > 0).length;
    advance(22.5 * SECOND);
    expect(pinged()).toBeLessThan(15);
    advance(1.25 * SECOND);
    expect(pinged()).toBeGreaterThan(35);
    expect(pinged()).toBeLessThan(65);
    advance(1.5 * SECOND);
    expect(pinged()).toBe(97);
  });

  it('does not run for a connection that we do not read', async () => {
    const paused = await connect();
    paused.connection.isPaused = true;
    advance(5 * MINUTE);
    expect(paused.webSocket).toMatchObject({ pings: 0, isTerminated: false });
    paused.connection.isPaused = false;
    advance(59 * SECOND);
    expect(paused.webSocket.isTerminated).toBe(false);
  });

  it('leaves the end of a closing connection to ws', async () => {
    const closing = await connect();
    closing.connection.session.close({ code: 1012, reason: 'drain', reconnect: 'backoff' });
    advance(5 * MINUTE);
    expect(closing.webSocket).toMatchObject({ pings: 0, isTerminated: false });
  });
});

describe('a stall of the process itself', () => {
  it('skips the round and ends nobody: the silence was ours', async () => {
    const skipped = async (): Promise<number> =>
      (await fixture.metrics.heartbeatRoundsSkipped.get()).values[0]?.value ?? 0;
    const before = await skipped();
    const client = await connect();
    advance(20 * SECOND);
    fixture.clock.stall(10 * MINUTE);
    advance(250);
    expect((await skipped()) - before).toBe(1);
    advance(20 * SECOND);
    expect(client.webSocket.isTerminated).toBe(false);
    // From then on silence counts again.
    advance(6 * SECOND);
    expect(client.webSocket.pings).toBe(1);
    advance(35 * SECOND);
    expect(client.webSocket.isTerminated).toBe(true);
  });

  it('gives everybody a round to catch up: what arrived meanwhile is not read yet', async () => {
    const [receiving, sending] = [await connect(), await connect()];
    receiving.webSocket._receiver._state = 1;
    sending.socket._handle.writeQueueSize = 5000;
    advance(SECOND);
    fixture.clock.stall(10 * MINUTE);
    // The sweep that comes late.
    advance(0);
    receiving.webSocket._receiver._state = 0;
    sending.socket._handle.writeQueueSize = 0;
    advance(SECOND);
    expect(receiving.webSocket.closedWith).toBeUndefined();
    expect(sending.webSocket.isTerminated).toBe(false);
  });

  it('of less than a second is none', async () => {
    const client = await connect();
    advance(59 * SECOND);
    fixture.clock.stall(1.2 * SECOND);
    advance(0);
    expect(client.webSocket.isTerminated).toBe(true);
  });
});

describe('an unfinished message', () => {
  it.each(['_state', '_fragmented', '_bufferedBytes'] as const)(
    'has ten seconds to end (%s)',
    async (field) => {
      const client = await connect();
      client.webSocket._receiver[field] = 2;
      advanceAlive(client, 10 * SECOND);
      expect(client.webSocket.closedWith).toBeUndefined();
      advanceAlive(client, 251);
      expect(client.webSocket.closedWith).toEqual({ code: 3008, reason: 'message_timeout' });
    },
  );

  it('starts a new count for the next one', async () => {
    const client = await connect();
    for (let message = 0; message < 5; message += 1) {
      client.webSocket._receiver._state = 1;
      advanceAlive(client, 9 * SECOND);
      client.webSocket._receiver._state = 0;
      advanceAlive(client, SECOND);
    }
    expect(client.webSocket.closedWith).toBeUndefined();
  });

  it('is not the fault of a client that we do not read', async () => {
    const client = await connect();
    client.connection.isPaused = true;
    client.webSocket._receiver._bufferedBytes = 100;
    advanceAlive(client, MINUTE);
    expect(client.webSocket.closedWith).toBeUndefined();
  });
});

describe('a slow consumer', () => {
  /** A reply that the receiver does not take. */
  async function block(client: FakeConnection): Promise<void> {
    client.socket.writableNeedDrain = true;
    client.connection.session.reply(1, 'late');
    await turn();
  }

  it('is closed when a reply has waited ten seconds, and gets nothing more', async () => {
    const client = await connect();
    await block(client);
    advanceAlive(client, 9.9 * SECOND);
    expect(client.webSocket.closedWith).toBeUndefined();
    advanceAlive(client, 0.5 * SECOND);
    expect(client.webSocket.closedWith).toEqual({ code: 1013, reason: 'slow_consumer' });
    expect(client.messages).toEqual([]);
  });

  it('is none once it took what waited', async () => {
    const client = await connect();
    for (let round = 0; round < 5; round += 1) {
      await block(client);
      advanceAlive(client, 9 * SECOND);
      client.socket.writableNeedDrain = false;
      fixture.hub.resume(client.connection.session);
      await turn();
    }
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(client.messages).toHaveLength(5);
  });

  it('is nobody who only waits for quotes: those are conflated', async () => {
    const client = await connect();
    fixture.merges.subscribe('quotes:A', client.connection.session, 'merge');
    client.socket.writableNeedDrain = true;
    fixture.publishQuotes({ symbol: 'A' });
    await turn();
    advanceAlive(client, 5 * MINUTE);
    expect(client.webSocket.closedWith).toBeUndefined();
  });
});

describe('a receiver that takes nothing', () => {
  it('is cut off after 15 seconds without progress', async () => {
    const client = await connect();
    client.socket._handle.writeQueueSize = 5000;
    advanceAlive(client, 15 * SECOND);
    expect(client.webSocket.isTerminated).toBe(false);
    advanceAlive(client, 0.5 * SECOND);
    expect(client.webSocket.isTerminated).toBe(true);
    expect(client.connection.writer.endedBy).toEqual({ code: 1006, reason: 'no_progress' });
  });

  it('lives as long as it takes something, and is not pinged meanwhile', async () => {
    const client = await connect();
    for (let left = 100; left > 0; left -= 1) {
      client.socket._handle.writeQueueSize = left * 100;
      advance(14 * SECOND);
    }
    expect(client.webSocket).toMatchObject({ pings: 0, isTerminated: false });
  });

  it('starts a new count after everything was out', async () => {
    const client = await connect();
    for (let round = 0; round < 5; round += 1) {
      client.socket._handle.writeQueueSize = 5000;
      advanceAlive(client, 14 * SECOND);
      client.socket._handle.writeQueueSize = 0;
      advanceAlive(client, SECOND);
    }
    expect(client.webSocket.isTerminated).toBe(false);
  });
});
