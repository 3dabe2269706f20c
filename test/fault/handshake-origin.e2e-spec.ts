import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { closedConnections, expectCounted, refusedUpgrades } from '../harness/counted.js';
import { expectHealthy } from '../harness/healthy.js';
import { handshake, type RawHeaders } from '../harness/raw-handshake.js';
import { RawSocket } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

const APP = 'https://app.example.com';

let gateway: TestGateway;
let socket: RawSocket;

beforeAll(async () => {
  gateway = await TestGateway.start({
    ALLOWED_ORIGINS: `${APP},http://localhost:5173,https://*.partner.example.com`,
  });
});
beforeEach(async () => {
  socket = await RawSocket.connect(gateway.port);
});
afterEach(async () => {
  socket.destroy();
  await expectHealthy(gateway);
});
afterAll(() => gateway.close());

const bearer = (): string => `Bearer ${testToken()}`;

async function statusFor(headers: RawHeaders): Promise<number> {
  socket.send(Buffer.from(handshake({ headers }), 'latin1'));
  return (await socket.responseHead()).status;
}

const expectRefused = (headers: RawHeaders, status = 403, reason = 'origin') =>
  expectCounted(gateway, refusedUpgrades(reason), async () => {
    expect(await statusFor(headers)).toBe(status);
    await socket.ended;
  });

describe('an origin that is not on the list', () => {
  it.each([
    ['the opaque one', 'null'],
    ['an empty one', ''],
    ['a stranger', 'https://evil.example.org'],
    ['our host as a prefix', 'https://app.example.com.evil.org'],
    ['our host as a suffix', 'https://evil-app.example.com'],
    ['our host as userinfo', 'https://app.example.com@evil.org'],
    ['our host as a path', 'https://evil.org/https://app.example.com'],
    ['a path after ours', `${APP}/`],
    ['a downgrade to http', 'http://app.example.com'],
    ['another scheme', 'wss://app.example.com'],
    ['no scheme', 'app.example.com'],
    ['another port', `${APP}:8443`],
    ['a trailing dot', `${APP}.`],
    ['a look-alike in punycode', 'https://xn--pp-wia.example.com'],
    ['a letter in percent encoding', 'https://%61pp.example.com'],
    ['a letter that folds into ours', 'https://\u00AApp.example.com'],
    ['a parent of the wildcard', 'https://partner.example.com'],
    ['a suffix of the wildcard', 'https://evilpartner.example.com'],
    ['the wildcard itself', 'https://*.partner.example.com'],
    ['two in one line', `${APP}, https://evil.example.org`],
    ['ours twice in one line', `${APP}, ${APP}`],
  ])('%s: 403', (_name, origin) => expectRefused({ Origin: origin, Authorization: bearer() }));

  it('two lines: 403', () => expectRefused({ Origin: [APP, 'https://evil.example.org'] }));

  it('8 KB: 431', () => expectRefused({ Origin: `https://${'a'.repeat(8192)}.example.com` }, 431, 'headers'));

  it('is told so before its token is looked at', async () => {
    await expectRefused({ Origin: 'https://evil.example.org', Authorization: 'Bearer rubbish' });
    expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="token_malformed"}')).toBe(0);
  });
});

describe('an origin on the list', () => {
  it.each([
    ['as written', APP],
    ['in upper case', 'HTTPS://APP.EXAMPLE.COM'],
    ['with its default port', `${APP}:443`],
    ['with a port of its own', 'http://localhost:5173'],
    ['below the wildcard', 'https://desk.partner.example.com'],
    ['two levels below the wildcard', 'https://a.desk.partner.example.com'],
  ])('%s: 101', async (_name, origin) => {
    expect(await statusFor({ Origin: origin, Authorization: bearer() })).toBe(101);
    expect((await socket.message()).event).toBe('welcome');
  });

  it('with a bad token is upgraded and told by close code, since a browser reads no 401', async () => {
    await expectCounted(gateway, closedConnections(3000, 'token_invalid'), async () => {
      expect(await statusFor({ Origin: APP, Authorization: 'Bearer rubbish' })).toBe(101);
      expect(await socket.closeFrame()).toEqual({ code: 3000, reason: 'token_invalid' });
      socket.destroy();
    });
  });
});

describe('no origin', () => {
  it('is a native client with its token in the header', async () => {
    expect(await statusFor({ Authorization: bearer() })).toBe(101);
  });

  it('is a native client that will send its token first', async () => {
    expect(await statusFor({})).toBe(101);
  });

  it('is refused with a token among the subprotocols, as only pages send it', () =>
    expectRefused({ 'Sec-WebSocket-Protocol': `tidegate.v1.json, bearer.${testToken()}` }));
});

describe('without a list', () => {
  let sameOrigin: TestGateway;
  beforeAll(async () => {
    sameOrigin = await TestGateway.start();
  });
  afterAll(() => sameOrigin.close());

  it('the page of the gateway itself may connect', async () => {
    await (await sameOrigin.signIn('alice', { headers: { origin: sameOrigin.origin } })).request('ping');
  });

  it.each(['https://app.example.com', 'http://127.0.0.1', 'http://localhost:3000', 'null'])(
    'a page of %s may not',
    async (origin) => {
      const client = sameOrigin.connect({ token: testToken(), headers: { origin } });
      expect((await client.refused).statusCode).toBe(403);
    },
  );
});

describe('the token among the subprotocols', () => {
  it('signs a page in and is never echoed', async () => {
    const token = testToken({ sub: 'page' });
    socket.send(
      handshake({ headers: { Origin: APP, 'Sec-WebSocket-Protocol': `tidegate.v1.json, bearer.${token}` } }),
    );
    const head = await socket.responseHead();
    expect(head.status).toBe(101);
    expect(head.headers['sec-websocket-protocol']).toBe('tidegate.v1.json');
    expect(JSON.stringify(head.headers)).not.toContain(token);
    expect((await socket.message()).data.user).toBe('page');
  });

  it.each([
    ['is not signed by us', () => testToken({}, {}, 'another-secret-of-at-least-32-bytes')],
    ['is rubbish', () => 'rubbish'],
  ])('that %s closes with 3000', async (_name, token) => {
    await expectCounted(gateway, closedConnections(3000, 'token_invalid'), async () => {
      const names = `tidegate.v1.json, bearer.${token()}`;
      expect(await statusFor({ Origin: APP, 'Sec-WebSocket-Protocol': names })).toBe(101);
      expect(await socket.closeFrame()).toEqual({ code: 3000, reason: 'token_invalid' });
      socket.destroy();
    });
  });
});
