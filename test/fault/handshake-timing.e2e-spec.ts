import type { Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConnectionLimits } from '../../src/transport/ws/connection-limits.js';
import { closedConnections, expectCounted, refusedUpgrades } from '../harness/counted.js';
import { eventually } from '../harness/eventually.js';
import { expectHealthy } from '../harness/healthy.js';
import { rawFrame } from '../harness/raw-frame.js';
import { handshake } from '../harness/raw-handshake.js';
import { RawSocket } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken, testToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterEach(() => expectHealthy(gateway));
afterAll(() => gateway.close());

const signedIn = (): string => handshake({ headers: { Authorization: `Bearer ${testToken()}` } });

describe('slow requests', () => {
  const SHORT_TIMEOUT_MS = 500;
  const CHECK_INTERVAL_MS = 2000;
  const SLACK_MS = 1000;

  let server: Server;
  beforeEach(() => {
    server = gateway.app.getHttpServer();
  });

  it('have 10 s for their headers and 15 s in all, looked at every 2 s', () => {
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    });
  });

  /** Expects 408 for all, in time. */
  async function expectTimeouts(sockets: RawSocket[]): Promise<void> {
    const startMs = performance.now();
    await expectCounted(
      gateway,
      refusedUpgrades('timeout'),
      async () => {
        const heads = await Promise.all(sockets.map((socket) => socket.responseHead()));
        expect(heads.map(({ status }) => status)).toEqual(sockets.map(() => 408));
        await Promise.all(sockets.map(({ ended }) => ended));
      },
      sockets.length,
    );
    expect(performance.now() - startMs).toBeLessThan(SHORT_TIMEOUT_MS + CHECK_INTERVAL_MS + SLACK_MS);
  }

  it('end with 408, whether their headers drip or never begin', async () => {
    const { headersTimeout } = server;
    server.headersTimeout = SHORT_TIMEOUT_MS;
    const dripping = await RawSocket.connect(gateway.port);
    const silent = await RawSocket.connect(gateway.port);
    const letters = handshake()[Symbol.iterator]();
    const drip = setInterval(() => dripping.send(letters.next().value ?? ''), 100);
    await expectTimeouts([dripping, silent]);
    clearInterval(drip);
    server.headersTimeout = headersTimeout;
  });

  it('end with 408 when their body does not come', async () => {
    const { headersTimeout, requestTimeout } = server;
    // The one for headers must not be the longer of the two.
    Object.assign(server, { headersTimeout: SHORT_TIMEOUT_MS, requestTimeout: SHORT_TIMEOUT_MS });
    const socket = await RawSocket.connect(gateway.port);
    const headers = {
      Upgrade: null,
      Connection: 'close',
      Authorization: `Bearer ${adminToken()}`,
      'Content-Type': 'application/json',
      'Content-Length': '100',
    };
    socket.send(handshake({ method: 'POST', target: '/v1/broadcast', headers, body: '{"event":' }));
    await expectTimeouts([socket]);
    Object.assign(server, { headersTimeout, requestTimeout });
  });
});

describe('frames that arrive with the handshake', () => {
  const ping = (id: number): Buffer => rawFrame(`{"id":${id},"event":"ping"}`);

  it('are answered once and in order after 101', async () => {
    const socket = await RawSocket.connect(gateway.port);
    socket.send(signedIn(), ping(1), ping(2), ping(3));
    expect((await socket.responseHead()).status).toBe(101);
    expect((await socket.message()).event).toBe('welcome');
    for (const id of [1, 2, 3]) {
      expect(await socket.message()).toMatchObject({ id, event: 'reply' });
    }
    socket.send(ping(4));
    expect(await socket.message()).toMatchObject({ id: 4 });
    socket.destroy();
  });

  it('may be cut anywhere', async () => {
    const socket = await RawSocket.connect(gateway.port);
    const frames = Buffer.concat([ping(1), ping(2)]);
    socket.send(signedIn(), frames.subarray(0, 3));
    expect((await socket.responseHead()).status).toBe(101);
    socket.send(frames.subarray(3));
    expect((await socket.message()).event).toBe('welcome');
    expect(await socket.message()).toMatchObject({ id: 1 });
    expect(await socket.message()).toMatchObject({ id: 2 });
    socket.destroy();
  });
});

describe('a client that resets', () => {
  /** TCP connections that the server still holds. */
  const expectOpenSockets = (count: number) =>
    eventually(async () => {
      const held = await new Promise((resolve) => {
        gateway.app.getHttpServer().getConnections((_error: Error | null, open: number) => resolve(open));
      });
      expect(held).toBe(count);
    });

  it('during the handshake is counted and gets no session', async () => {
    const limits = gateway.app.get(ConnectionLimits);
    const reserve = limits.reserve.bind(limits);
    let goOn = (): void => {};
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    const slow = jest.spyOn(limits, 'reserve').mockImplementation(async (address) => {
      await mayGoOn;
      return reserve(address);
    });
    const upgrades = await gateway.metric('ws_upgrades_total');

    await expectCounted(gateway, refusedUpgrades('aborted'), async () => {
      const socket = await RawSocket.connect(gateway.port);
      socket.send(signedIn());
      await eventually(() => expect(slow).toHaveBeenCalled());
      socket.reset();
      await expectOpenSockets(0);
      goOn();
    });
    expect(await gateway.metric('ws_upgrades_total')).toBe(upgrades);
    slow.mockRestore();
  });

  it('as soon as it has asked, many times, leaves nothing behind', async () => {
    const sockets = await Promise.all(Array.from({ length: 50 }, () => RawSocket.connect(gateway.port)));
    for (const socket of sockets) {
      socket.send(signedIn());
      socket.reset();
    }
    await Promise.all(sockets.map(({ ended }) => ended));
    await expectOpenSockets(0);
  });

  it('at once after its request counts towards nobody', async () => {
    const reserve = jest.spyOn(gateway.app.get(ConnectionLimits), 'reserve');
    await expectCounted(gateway, refusedUpgrades('aborted'), async () => {
      const socket = await RawSocket.connect(gateway.port);
      // Before the server can look: it reads the request of a connection that is gone.
      socket.send(signedIn());
      socket.socket.resetAndDestroy();
      await socket.ended;
      await expectOpenSockets(0);
    });
    expect(reserve).not.toHaveBeenCalled();
    reserve.mockRestore();
  });

  it('after the handshake is counted as aborted', async () => {
    await expectCounted(gateway, closedConnections(1006, 'aborted'), async () => {
      const socket = await RawSocket.connect(gateway.port);
      socket.send(signedIn());
      expect((await socket.responseHead()).status).toBe(101);
      socket.reset();
      await socket.ended;
    });
  });
});
