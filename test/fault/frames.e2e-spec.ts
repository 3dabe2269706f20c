import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closedConnections, expectCounted } from '../harness/counted.js';
import { expectHealthy } from '../harness/healthy.js';
import { closeFrame, OPCODE, rawFrame } from '../harness/raw-frame.js';
import { rawSession } from '../harness/raw-session.js';
import type { RawSocket } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';

const MAX_PAYLOAD_BYTES = 65_536;
const MAX_FRAGMENTS = 64;

let gateway: TestGateway;
let socket: RawSocket;

beforeAll(async () => {
  // Raw peers answer no close frame.
  gateway = await TestGateway.start({ WS_CLOSE_TIMEOUT_MS: '50' });
});
beforeEach(async () => {
  socket = await rawSession(gateway);
});
afterEach(async () => {
  socket.destroy();
  await expectHealthy(gateway);
});
afterAll(() => gateway.close());

const ping = '{"id":1,"event":"ping"}';
const { continuation, text, binary } = OPCODE;

/** A fragment that is not the last. */
const part = (payload: string | Buffer, opcode: number = continuation) =>
  rawFrame(payload, { opcode, fin: false });
const last = (payload: string | Buffer) => rawFrame(payload, { opcode: continuation });

async function expectClosed(frames: Buffer[], code: number, reason: string, wireReason = ''): Promise<void> {
  await expectCounted(gateway, closedConnections(code, reason), async () => {
    socket.send(...frames);
    expect(await socket.closeFrame()).toEqual({ code, reason: wireReason });
    await socket.ended;
  });
}

/** The connection answers as if nothing had happened. */
async function expectUsable(): Promise<void> {
  socket.send(rawFrame('{"id":"still","event":"ping"}'));
  expect(await socket.message()).toMatchObject({ id: 'still', event: 'reply' });
}

describe('a frame against the protocol closes with 1002', () => {
  it.each<[string, Buffer[]]>([
    ['unmasked', [rawFrame(ping, { masked: false })]],
    ['RSV1 without compression', [rawFrame(ping, { rsv: 4 })]],
    ['RSV2', [rawFrame(ping, { rsv: 2 })]],
    ['RSV3', [rawFrame(ping, { rsv: 1 })]],
    ['RSV1 on a continuation', [part('{"id":1,', text), rawFrame('}', { opcode: continuation, rsv: 4 })]],
    ['RSV1 on a ping', [rawFrame('', { opcode: OPCODE.ping, rsv: 4 })]],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode): [string, Buffer[]] => [
      `opcode ${opcode}`,
      [rawFrame(ping, { opcode })],
    ]),
    ['a ping of 126 bytes', [rawFrame('x'.repeat(126), { opcode: OPCODE.ping })]],
    ['a close of 126 bytes', [closeFrame(1000, 'x'.repeat(124))]],
    ['a ping in fragments', [rawFrame('x', { opcode: OPCODE.ping, fin: false })]],
    ['a close in fragments', [rawFrame('', { opcode: OPCODE.close, fin: false })]],
    ['a continuation of nothing', [last(ping)]],
    ['an unfinished continuation of nothing', [part(ping)]],
    ['a text inside a fragmented text', [part('{"id":1,', text), rawFrame(ping)]],
    ['a binary inside a fragmented text', [part('{"id":1,', text), rawFrame(ping, { opcode: binary })]],
    ['a close with half a code', [rawFrame('x', { opcode: OPCODE.close })]],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map((code): [string, Buffer[]] => [
      `a close with code ${code}`,
      [closeFrame(code)],
    ]),
  ])('%s', (_name, frames) => expectClosed(frames, 1002, 'protocol'));
});

describe('text that is not UTF-8 closes with 1007', () => {
  it.each([
    ['a lone byte', 'ff'],
    ['a continuation byte', '80'],
    ['a cut code point', 'e282'],
    ['an overlong slash', 'c0af'],
    ['an encoded surrogate', 'eda080'],
    ['beyond U+10FFFF', 'f4908080'],
  ])('%s', async (_name, hex) => {
    const bytes = Buffer.concat([Buffer.from('{"event":"'), Buffer.from(hex, 'hex'), Buffer.from('"}')]);
    await expectClosed([rawFrame(bytes)], 1007, 'utf8');
  });

  it('in the reason of a close', () =>
    expectClosed([closeFrame(1000, Buffer.from('fffe', 'hex'))], 1007, 'utf8'));

  it('but a code point may be split across fragments', async () => {
    const euro = Buffer.from('€');
    const [head, tail] = ['{"id":1,"event":"echo","data":"', '"}'];
    socket.send(part(head, text), part(euro.subarray(0, 1)), part(euro.subarray(1)), last(tail));
    expect((await socket.message()).data).toBe('€');
    await expectUsable();
  });
});

describe('a message above the limit closes with 1009', () => {
  const echoOf = (bytes: number): string => {
    const empty = '{"id":1,"event":"echo","data":""}';
    return `${empty.slice(0, -2)}${'x'.repeat(bytes - empty.length)}"}`;
  };

  it('one byte too long', () => expectClosed([rawFrame(echoOf(MAX_PAYLOAD_BYTES + 1))], 1009, 'too_big'));

  it.each([
    ['2^40', 2n ** 40n],
    ['2^53', 2n ** 53n],
    ['2^63', 2n ** 63n],
    ['2^64 - 1', 2n ** 64n - 1n],
  ])('a declared length of %s, before any of it is sent or kept', async (_name, declaredLength) => {
    const before = process.memoryUsage.rss();
    await expectClosed([rawFrame('', { declaredLength, lengthBits: 64 })], 1009, 'too_big');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('fragments that add up to more', () =>
    expectClosed(
      [part('x'.repeat(40_000), text), part('x'.repeat(20_000)), last('x'.repeat(6000))],
      1009,
      'too_big',
    ));

  it('but exactly the limit is taken, whole and in fragments', async () => {
    const message = echoOf(MAX_PAYLOAD_BYTES);
    socket.send(rawFrame(message));
    expect((await socket.message()).data.length).toBeGreaterThan(65_000);
    socket.send(part(message.slice(0, 30_000), text), last(message.slice(30_000)));
    expect((await socket.message()).data.length).toBeGreaterThan(65_000);
    await expectUsable();
  });
});

describe('fragments', () => {
  it.each([
    ['tiny', ' '],
    ['empty', ''],
  ])('more than 64 %s ones close with 1008', async (_name, payload) => {
    const fragments = Array.from({ length: MAX_FRAGMENTS }, () => part(payload));
    await expectClosed([part('{', text), ...fragments], 1008, 'fragments');
  });

  it('64 of them are taken, with pings between them', async () => {
    const blanks = Array.from({ length: MAX_FRAGMENTS - 2 }, () => part(' '));
    const between = rawFrame('between', { opcode: OPCODE.ping });
    socket.send(part(ping, text), between, ...blanks, between, last(' '));
    for (let pongs = 0; pongs < 2; pongs += 1) {
      const { opcode, payload } = await socket.frame();
      expect([opcode, payload.toString()]).toEqual([OPCODE.pong, 'between']);
    }
    expect(await socket.message()).toMatchObject({ id: 1, event: 'reply' });
  });
});

describe('a close of the peer', () => {
  it.each([1000, 1001, 3000, 4001, 4999])('with %i is echoed and counted without its code', async (code) => {
    await expectCounted(gateway, closedConnections('peer', 'normal'), async () => {
      socket.send(closeFrame(code, 'bye'));
      expect(await socket.closeFrame()).toEqual({ code, reason: 'bye' });
      await socket.ended;
    });
  });

  it('without a code is echoed', async () => {
    await expectCounted(gateway, closedConnections('peer', 'normal'), async () => {
      socket.send(closeFrame());
      expect(await socket.closeFrame()).toEqual({ code: 1005, reason: '' });
      await socket.ended;
    });
  });

  it('ends it: what follows is ignored', async () => {
    const received = await gateway.metric('ws_messages_received_total');
    await expectCounted(gateway, closedConnections('peer', 'normal'), async () => {
      socket.send(closeFrame(1000), rawFrame(ping), rawFrame(ping, { rsv: 7 }), Buffer.from('rubbish'));
      expect(await socket.closeFrame()).toEqual({ code: 1000, reason: '' });
      await socket.ended;
    });
    expect(await gateway.metric('ws_messages_received_total')).toBe(received);
    expect(socket.unread).toHaveLength(0);
  });
});

it.each([16, 64] as const)('a length in %i bits where fewer do is taken', async (lengthBits) => {
  socket.send(rawFrame(ping, { lengthBits }));
  expect(await socket.message()).toMatchObject({ id: 1, event: 'reply' });
  await expectUsable();
});

it.each([
  ['whole', [rawFrame(ping, { opcode: binary })]],
  ['empty', [rawFrame('', { opcode: binary })]],
  ['in fragments', [part('{', binary), last('}')]],
])('a binary message, %s, closes with 1003', (_name, frames) =>
  expectClosed(frames, 1003, 'binary', 'binary'),
);

it('bytes may arrive one by one', async () => {
  for (const byte of rawFrame(ping)) {
    socket.send(Buffer.from([byte]));
  }
  expect(await socket.message()).toMatchObject({ id: 1, event: 'reply' });
});
