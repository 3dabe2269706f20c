import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { closedConnections, expectCounted } from '../harness/counted.js';
import { expectHealthy } from '../harness/healthy.js';
import { OPCODE, rawFrame } from '../harness/raw-frame.js';
import { rawSession } from '../harness/raw-session.js';
import { TestGateway } from '../harness/test-gateway.js';

const MESSAGE_TIMEOUT_MS = 500;
/** Deadlines are looked at every 250 ms, and begin to run at such a look. */
const SWEEPS_MS = 500;
const SLACK_MS = 500;

const timedOut = { code: 3008, reason: 'message_timeout' };
const ping = rawFrame('{"id":1,"event":"ping"}');

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    WS_MESSAGE_TIMEOUT_MS: String(MESSAGE_TIMEOUT_MS),
    WS_CLOSE_TIMEOUT_MS: '50',
    LIMIT_CONNECTIONS_PER_USER: '0',
  });
});
afterEach(() => expectHealthy(gateway));
afterAll(() => gateway.close());

it('closes with 3008 every connection that begins a message and does not end it', async () => {
  const sockets = await Promise.all(Array.from({ length: 20 }, () => rawSession(gateway)));
  await expectCounted(
    gateway,
    closedConnections(3008, 'message_timeout'),
    async () => {
      for (const socket of sockets) {
        socket.send(rawFrame('{"id":1,', { fin: false }));
      }
      const closes = await Promise.all(sockets.map((socket) => socket.closeFrame()));
      expect(closes).toEqual(sockets.map(() => timedOut));
      sockets.forEach((socket) => socket.destroy());
    },
    sockets.length,
  );
});

it.each([
  ['the header of a frame', rawFrame('x'.repeat(60_000)).subarray(0, 8)],
  ['the payload of a frame', rawFrame('x'.repeat(100)).subarray(0, 60)],
  ['the header of a ping', rawFrame('x'.repeat(100), { opcode: OPCODE.ping }).subarray(0, 30)],
])('takes dripping bytes of %s for no sign of life', async (_name, bytes) => {
  const socket = await rawSession(gateway);
  const startMs = performance.now();
  await expectCounted(gateway, closedConnections(3008, 'message_timeout'), async () => {
    let index = 0;
    // The last byte never comes.
    const drip = setInterval(() => socket.send(bytes.subarray(index, (index += 1))), 100);
    expect(await socket.closeFrame()).toEqual(timedOut);
    clearInterval(drip);
    socket.destroy();
  });
  expect(performance.now() - startMs).toBeLessThan(MESSAGE_TIMEOUT_MS + SWEEPS_MS + SLACK_MS);
});

it('takes pings between fragments for no sign of life', async () => {
  const socket = await rawSession(gateway);
  await expectCounted(gateway, closedConnections(3008, 'message_timeout'), async () => {
    socket.send(rawFrame('{', { fin: false }));
    const pings = setInterval(() => socket.send(rawFrame('', { opcode: OPCODE.ping })), 50);
    expect(await socket.closeFrame()).toEqual(timedOut);
    clearInterval(pings);
    socket.destroy();
  });
});

it('leaves a client alone that is always in the middle of a message, each of them in time', async () => {
  const socket = await rawSession(gateway);
  const middle = 10;
  socket.send(ping.subarray(0, middle));
  const startMs = performance.now();
  while (performance.now() - startMs < 2 * MESSAGE_TIMEOUT_MS + SWEEPS_MS + SLACK_MS) {
    // The end of one message and the beginning of the next come as one.
    socket.send(ping.subarray(middle), ping.subarray(0, middle));
    expect(await socket.message()).toMatchObject({ id: 1, event: 'reply' });
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.destroy();
});
