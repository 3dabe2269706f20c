import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Hub } from '../../src/hub/hub.js';
import { LogChannels } from '../../src/hub/log-channels.js';
import { MergeChannels } from '../../src/hub/merge-channels.js';
import { ConnectionRegistry } from '../../src/transport/ws/connection-registry.js';
import { Crowd } from '../harness/crowd.js';
import { eventually } from '../harness/eventually.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

const CONNECTIONS = 10_000;
const USERS = 500;

let gateway: TestGateway;
let crowd: Crowd;
beforeAll(async () => {
  crowd = new Crowd();
  gateway = await TestGateway.start({
    LIMIT_CONNECTIONS_PER_IP: '0',
    LIMIT_CONNECTIONS_PER_USER: '0',
    QUOTES_INTERVAL_MS: '500',
  });
});
afterAll(async () => {
  crowd.end();
  await gateway.close();
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function openAndCloseAll(): Promise<void> {
  const hub = gateway.app.get(Hub);
  const tokens = Array.from({ length: USERS }, (_, user) => testToken({ sub: `user-${user}` }));
  await crowd.enter({ port: gateway.port, path: '/feed?symbols=AAPL,EURUSD', count: CONNECTIONS, tokens });
  expect(hub.sessionCount).toBe(CONNECTIONS);
  expect(hub.userCount).toBe(USERS);
  await crowd.leave();
  await eventually(() => expect(hub.sessionCount).toBe(0));
}

/** Entries of a private map: what nobody can ask for must be empty too. */
function sizeOf(owner: object, map: string): number {
  return (Reflect.get(owner, map) as Map<string, unknown>).size;
}

/** Bytes in use after a collection, once the closed sockets are really gone. */
async function settledHeap(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  collectGarbage();
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

it('opens and closes 10,000 connections at once and keeps nothing of them', async () => {
  // The first round warms up: compiled code, labels of metrics, free lists of Node.
  await openAndCloseAll();
  const heapBefore = await settledHeap();
  await openAndCloseAll();
  const heapAfter = await settledHeap();

  expect(gateway.app.get(ConnectionRegistry).size).toBe(0);
  expect(gateway.app.get(Hub).userCount).toBe(0);
  expect(sizeOf(gateway.app.get(LogChannels), 'subscribers')).toBe(0);
  expect(sizeOf(gateway.app.get(MergeChannels), 'channels')).toBe(0);
  expect(await gateway.metric('ws_connections')).toBe(0);
  expect(await gateway.metric('ws_users')).toBe(0);
  expect(await gateway.metric('ws_queue_bytes')).toBe(0);
  // Less than 200 bytes a connection: a single forgotten object each would be more.
  expect(heapAfter - heapBefore).toBeLessThan(CONNECTIONS * 200);
}, 120_000);
