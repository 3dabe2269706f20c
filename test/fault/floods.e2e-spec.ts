import { afterEach, describe, expect, it } from '@jest/globals';
import { closedConnections, expectCounted, refusedMessages } from '../harness/counted.js';
import { expectHealthy } from '../harness/healthy.js';
import { OPCODE, rawFrame } from '../harness/raw-frame.js';
import { rawSession } from '../harness/raw-session.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

const times = (count: number, frame: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => frame));

describe('a flood above the rate', () => {
  const RATE = 5;
  const BURST = 2 * RATE;
  const REFUSALS = 20;
  const start = async (): Promise<void> => {
    gateway = await TestGateway.start({
      LIMIT_COMMANDS_PER_SECOND: String(RATE),
      WS_CLOSE_TIMEOUT_MS: '50',
    });
  };

  it.each([
    ['pings', OPCODE.ping],
    ['pongs', OPCODE.pong],
  ])('of %s closes with 1008', async (_name, opcode) => {
    await start();
    const socket = await rawSession(gateway);
    await expectCounted(gateway, closedConnections(1008, 'flood'), async () => {
      // A second of the rate more, for a machine that takes its time.
      socket.send(times(BURST + REFUSALS + RATE, rawFrame('', { opcode })));
      expect(await socket.closeFrame()).toEqual({ code: 1008, reason: 'flood' });
      socket.destroy();
    });
    await expectHealthy(gateway);
  });

  it('of commands is answered with refusals, then closes with 1008', async () => {
    await start();
    const socket = await rawSession(gateway);
    await expectCounted(gateway, closedConnections(1008, 'rate'), async () => {
      await expectCounted(
        gateway,
        refusedMessages('rate_limited'),
        async () => {
          socket.send(times(BURST + REFUSALS + RATE, rawFrame('{"id":1,"event":"ping"}')));
          expect(await socket.closeFrame()).toEqual({ code: 1008, reason: 'rate' });
        },
        REFUSALS,
      );
      socket.destroy();
    });
    await expectHealthy(gateway);
  });

  it('below the number of refusals leaves the connection usable', async () => {
    await start();
    const client = await gateway.signIn('alice');
    const answers = await Promise.all(Array.from({ length: BURST + 10 }, () => client.request('ping')));
    const refusals = answers.filter(({ event }) => event === 'error');
    expect(refusals.length).toBeGreaterThanOrEqual(5);
    const { data } = refusals[0]!;
    expect(data).toMatchObject({ code: 'rate_limited', retryable: true });
    // The hint is true: a command that waits for it is taken.
    await new Promise((resolve) => setTimeout(resolve, data.retryAfterMs + 100));
    expect((await client.request('ping')).event).toBe('reply');
    client.terminate();
    await expectHealthy(gateway);
  });

  it('of empty messages closes with 1008 by the first rule they break', async () => {
    await start();
    const socket = await rawSession(gateway);
    await expectCounted(gateway, closedConnections(1008, 'bad_frames'), async () => {
      socket.send(times(100, rawFrame('')));
      expect(await socket.closeFrame()).toEqual({ code: 1008, reason: 'bad_frames' });
      socket.destroy();
    });
    await expectHealthy(gateway);
  });
});

it('a client that pings and reads no pongs is cut off, whatever the rate', async () => {
  gateway = await TestGateway.start({ LIMIT_COMMANDS_PER_SECOND: '0' });
  const socket = await rawSession(gateway);
  socket.socket.pause();
  await expectCounted(gateway, closedConnections(1006, 'aborted'), async () => {
    const pings = times(5000, rawFrame('x'.repeat(125), { opcode: OPCODE.ping }));
    while (!socket.socket.destroyed) {
      await new Promise((resolve) => socket.socket.write(pings, resolve));
    }
  });
  await expectHealthy(gateway);
});
