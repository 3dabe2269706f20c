import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectCounted, refusedUpgrades } from '../harness/counted.js';
import { expectHealthy } from '../harness/healthy.js';
import { OPCODE, rawFrame } from '../harness/raw-frame.js';
import { handshake, type RawRequest } from '../harness/raw-handshake.js';
import { RawSocket, type ResponseHead } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';

let gateway: TestGateway;
let socket: RawSocket;

beforeAll(async () => {
  gateway = await TestGateway.start();
});
beforeEach(async () => {
  socket = await RawSocket.connect(gateway.port);
});
afterEach(async () => {
  socket.destroy();
  await expectHealthy(gateway);
});
afterAll(() => gateway.close());

/** Sends bytes and expects a plain refusal, counted once, after which the server closes. */
async function refused(bytes: string | Buffer, status: number, reason: string): Promise<ResponseHead> {
  let head: ResponseHead | undefined;
  await expectCounted(gateway, refusedUpgrades(reason), async () => {
    socket.send(bytes);
    head = await socket.responseHead();
    expect(head.status).toBe(status);
    await socket.ended;
  });
  return head!;
}

const lines = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'y']));

describe('a request that is no opening handshake', () => {
  it('is told with 426 which protocol the path speaks', async () => {
    const get = handshake({ headers: { Upgrade: null, Connection: 'close' } });
    expect((await refused(get, 426, 'no_upgrade')).headers).toMatchObject({
      upgrade: 'websocket',
      'sec-websocket-version': '13',
    });
  });

  it('is refused with 405 when it is a POST without an upgrade', async () => {
    const post = handshake({ method: 'POST', headers: { Upgrade: null, Connection: 'close' } });
    expect((await refused(post, 405, 'method')).headers).toMatchObject({ allow: 'GET' });
  });
});

describe('a handshake of the wrong form', () => {
  it.each<[string, RawRequest, number, string]>([
    ['another protocol', { headers: { Upgrade: 'h2c' } }, 400, 'bad_upgrade'],
    ['two protocols', { headers: { Upgrade: 'websocket, h2c' } }, 400, 'bad_upgrade'],
    ['no key', { headers: { 'Sec-WebSocket-Key': null } }, 400, 'bad_key'],
    ['a short key', { headers: { 'Sec-WebSocket-Key': 'abc' } }, 400, 'bad_key'],
    [
      'a key that is no base64',
      { headers: { 'Sec-WebSocket-Key': '!!!!!!!!!!!!!!!!!!!!!!==' } },
      400,
      'bad_key',
    ],
    ['HTTP/1.0', { version: 'HTTP/1.0' }, 400, 'http10'],
    ['no host', { headers: { Host: null } }, 400, 'host'],
    ['an empty host', { headers: { Host: '' } }, 400, 'host'],
    ['two hosts', { headers: { Host: ['gateway.example.com', 'evil.example.com'] } }, 400, 'host'],
    ['a host with userinfo', { headers: { Host: 'user@gateway.example.com' } }, 400, 'host'],
    ['a host with a path', { headers: { Host: 'gateway.example.com/ws' } }, 400, 'host'],
    ['a host with a bare CR', { headers: { Host: 'gateway.example.com\rX: y' } }, 400, 'parse'],
    ['two tokens', { headers: { Authorization: ['Bearer a.b.c', 'Bearer d.e.f'] } }, 400, 'headers'],
    ['a body', { headers: { 'Content-Length': '5' }, body: 'hello' }, 400, 'body'],
    [
      'a chunked body',
      { headers: { 'Transfer-Encoding': 'chunked' }, body: '5\r\nhello\r\n0\r\n\r\n' },
      400,
      'body',
    ],
    [
      'two lengths of its body',
      { headers: { 'Content-Length': '5', 'Transfer-Encoding': 'chunked' }, body: '0\r\n\r\n' },
      400,
      'parse',
    ],
    ['20 KB of header', { headers: { 'X-Padding': 'x'.repeat(20_000) } }, 431, 'headers'],
    ['101 header lines', { headers: lines(96) }, 431, 'headers'],
    [
      'a forged first and a real last of 3,000 header lines',
      { headers: { 'X-Forwarded-For': '10.0.0.1', ...lines(3000), 'x-forwarded-for': '10.0.0.2' } },
      431,
      'headers',
    ],
  ])('%s', (_name, request, status, reason) => refused(handshake(request), status, reason));

  it.each(['POST', 'PUT'])('method %s, with the allowed one named', async (method) => {
    expect((await refused(handshake({ method }), 405, 'method')).headers).toMatchObject({ allow: 'GET' });
  });

  it.each([['12'], ['99'], ['8'], ['13, 8'], [null]])('version %s, with ours named', async (version) => {
    const { headers } = await refused(
      handshake({ headers: { 'Sec-WebSocket-Version': version } }),
      426,
      'version',
    );
    expect(headers).toMatchObject({ upgrade: 'websocket', 'sec-websocket-version': '13' });
  });

  it('never reads a body as frames', async () => {
    const frame = rawFrame('{"event":"ping"}').toString('latin1');
    const received = await gateway.metric('ws_messages_received_total');
    const bytes = handshake({ headers: { 'Content-Length': String(frame.length) }, body: frame });
    await refused(Buffer.from(bytes, 'latin1'), 400, 'body');
    expect(await gateway.metric('ws_messages_received_total')).toBe(received);
  });

  it('counts 100 header lines as few enough', async () => {
    socket.send(handshake({ headers: lines(95) }));
    expect((await socket.responseHead()).status).toBe(101);
  });
});

describe('a path that nobody serves', () => {
  it.each(['/', '/wss', '/%77s', '//ws', '/ws/../x', '/ws/x', '/WS', '*', 'http://gateway.example.com/ws'])(
    '%s gets 404 without a body',
    async (target) => {
      const { headers } = await refused(handshake({ target }), 404, 'path');
      expect(headers).toMatchObject({ 'content-length': '0', connection: 'close' });
      expect(socket.unread).toHaveLength(0);
    },
  );

  it('is refused before anything else is looked at', async () => {
    const request = { target: '/nowhere', method: 'POST', headers: { Origin: 'https://evil.example.com' } };
    await refused(handshake(request), 404, 'path');
  });
});

describe('subprotocols', () => {
  const names = (count: number) => Array.from({ length: count }, (_, index) => `v${index}`).join(',');

  it.each([
    ['an empty name', 'tidegate.v1.json,,x'],
    ['a name with a blank', 'tidegate v1'],
    ['a name with a quote', '"tidegate.v1.json"'],
    ['a name twice', 'tidegate.v1.json, tidegate.v1.json'],
    ['an empty header', ''],
    ['none that we speak', 'graphql-ws, mqtt'],
    ['two tokens', 'tidegate.v1.json, bearer.a.b.c, bearer.d.e.f'],
    ['a token and no protocol', 'bearer.a.b.c'],
    ['17 names', `tidegate.v1.json,${names(16)}`],
    ['1,000 names', `tidegate.v1.json,${names(1000)}`],
  ])('%s: 400', (_name, header) =>
    refused(handshake({ headers: { 'Sec-WebSocket-Protocol': header } }), 400, 'subprotocol'),
  );

  it('of more than 8 KiB: 431', () =>
    refused(handshake({ headers: { 'Sec-WebSocket-Protocol': `x${'y'.repeat(8192)}` } }), 431, 'headers'));

  it('16 of them are enough for the one we speak', async () => {
    socket.send(handshake({ headers: { 'Sec-WebSocket-Protocol': `${names(15)},tidegate.v1.json` } }));
    const { status, headers } = await socket.responseHead();
    expect(status).toBe(101);
    expect(headers['sec-websocket-protocol']).toBe('tidegate.v1.json');
  });
});

it('ignores a bad extension offer, since compression is off', async () => {
  const offer = 'permessage-deflate; server_max_window_bits=99';
  socket.send(handshake({ headers: { 'Sec-WebSocket-Extensions': offer } }));
  const { status, headers } = await socket.responseHead();
  expect(status).toBe(101);
  expect(headers).not.toHaveProperty('sec-websocket-extensions');
  socket.send(rawFrame('still here', { opcode: OPCODE.ping }));
  expect((await socket.frame()).payload.toString()).toBe('still here');
});

describe('bytes that are no HTTP', () => {
  const clientHello = Buffer.from('16030100c8010000c40303', 'hex');

  it.each<[string, Buffer]>([
    ['a TLS greeting', Buffer.concat([clientHello, Buffer.alloc(200, 7)])],
    ['noise', Buffer.from([0, 255, 254, 13, 10, 13, 10, 0])],
    ['another protocol', Buffer.from('SSH-2.0-OpenSSH_9.2p1\r\n')],
  ])('%s: 400 without a word about the cause', async (_name, bytes) => {
    const { headers } = await refused(bytes, 400, 'parse');
    expect(headers).toEqual({ connection: 'close', 'content-length': '0' });
    expect(socket.unread).toHaveLength(0);
  });
});
