import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/adapters/feed/seeded-random.js';
import { Metrics } from '../../src/observability/metrics.js';
import { CLOSE_REASONS } from '../../src/protocol/close-codes.js';
import { REPLY_ERRORS } from '../../src/protocol/reply-errors.js';
import { expectHealthy } from '../harness/healthy.js';
import { Choices, mutatedBytes, mutatedText, mutatedValue } from '../harness/mutations.js';
import { closeFrame, OPCODE, rawFrame } from '../harness/raw-frame.js';
import { handshake } from '../harness/raw-handshake.js';
import { rawSession } from '../harness/raw-session.js';
import { RawSocket } from '../harness/raw-socket.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

/** Another seed is another run; one seed is always the same bytes. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
const MESSAGES = 4000;
const MESSAGES_PER_CONNECTION = 8;
const HANDSHAKES = 400;
const CONCURRENCY = 16;
const LIMIT_CONNECTIONS = 3 * CONCURRENCY;
/** Stands wherever a client may choose a word. */
const CANARY = 'canary';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start({
    LIMIT_CONNECTIONS: String(LIMIT_CONNECTIONS),
    LIMIT_CONNECTIONS_PER_IP: '0',
    LIMIT_CONNECTIONS_PER_USER: '0',
    LIMIT_UNAUTHENTICATED_PER_IP: '0',
    WS_CLOSE_TIMEOUT_MS: '50',
  });
});
afterAll(() => gateway.close());

const COMMANDS = [
  { id: 1, event: 'ping' },
  { id: CANARY, event: 'echo', data: { a: [1, 'x', null, { b: true }] } },
  { id: 2, event: 'quotes.subscribe', data: { symbols: ['AAPL', 'MSFT', CANARY], mode: 'all' } },
  { id: 3, event: 'quotes.unsubscribe', data: { symbols: ['AAPL'] } },
  { event: 'quotes.list' },
  { id: 4, event: 'auth', data: { token: CANARY } },
  { id: 5, event: 'auth.refresh', data: { token: `${CANARY}.b.c` } },
  { id: 6, event: 'updates.ack', data: { ids: [CANARY, 'x'] } },
  { id: 7, event: CANARY, data: CANARY },
].map((command) => JSON.stringify(command));

type Mutation = (command: string, choices: Choices) => Buffer;

const mutatedData: Mutation = (command, choices) =>
  rawFrame(JSON.stringify(mutatedValue(JSON.parse(command), choices)));
const mutatedCommand: Mutation = (command, choices) => rawFrame(mutatedText(command, choices));
const mutatedFrame: Mutation = (command, choices) => mutatedBytes(rawFrame(command), choices);
const oddFrame: Mutation = (command, choices) =>
  rawFrame(command, {
    opcode: choices.isOneIn(4) ? choices.below(16) : OPCODE.text,
    fin: !choices.isOneIn(4),
    rsv: choices.isOneIn(16) ? choices.below(8) : 0,
    masked: !choices.isOneIn(16),
    ...(choices.isOneIn(8) && { declaredLength: 2n ** BigInt(choices.below(64)), lengthBits: 64 }),
  });

/** What one connection sends: commands, every other one as it should be, and perhaps a close. */
function conversation(choices: Choices): Buffer[] {
  // One kind for a conversation: a frame that nobody can read ends it, and would hide the texts behind it.
  const mutation = choices.of([mutatedData, mutatedData, mutatedCommand, mutatedFrame, oddFrame]);
  const messages = Array.from({ length: MESSAGES_PER_CONNECTION }, () =>
    mutation(choices.of(COMMANDS), choices),
  );
  const all = messages.flatMap((message) => [message, rawFrame(choices.of(COMMANDS))]);
  return choices.isOneIn(4) ? [...all, closeFrame(1000 + choices.below(4000), CANARY)] : all;
}

/** Sends all, in pieces that end anywhere, and leaves in one of the ways there are. */
async function converse(frames: Buffer[], choices: Choices): Promise<void> {
  const socket = await rawSession(gateway);
  const bytes = Buffer.concat(frames);
  const cut = choices.below(bytes.length);
  socket.send(bytes.subarray(0, cut));
  if (choices.isOneIn(8)) {
    socket.send(bytes.subarray(cut));
    socket.reset();
  } else {
    socket.finish(bytes.subarray(cut));
  }
  await socket.ended;
}

async function knock(text: string): Promise<void> {
  const socket = await RawSocket.connect(gateway.port);
  socket.finish(Buffer.from(text));
  await socket.ended;
}

/** Runs all tasks, a few at a time. */
async function runAll(tasks: (() => Promise<void>)[]): Promise<void> {
  const waiting = tasks.values();
  const worker = async (): Promise<void> => {
    for (const task of waiting) {
      await task();
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Values of a label, over all samples of a metric. */
async function labels(metric: string, label: string): Promise<Set<string>> {
  const text = await gateway.app.get(Metrics).registry.metrics();
  const samples = text.split('\n').filter((line) => line.startsWith(`${metric}{`));
  return new Set(samples.map((line) => new RegExp(`${label}="([^"]*)"`).exec(line)![1]!));
}

it(`survives mutated messages and handshakes (seed ${SEED})`, async () => {
  const choices = new Choices(seededRandom(SEED));
  const conversations = Array.from({ length: MESSAGES / MESSAGES_PER_CONNECTION }, () => {
    const frames = conversation(choices);
    // Drawn now: which task runs first is not in our hands.
    const ending = new Choices(seededRandom(choices.below(2 ** 31)));
    return () => converse(frames, ending);
  });
  const request = handshake({
    headers: {
      Authorization: `Bearer ${testToken()}`,
      Origin: gateway.origin,
      'Sec-WebSocket-Protocol': 'tidegate.v1.json',
      'X-Forwarded-For': CANARY,
    },
  });
  const tokens = [
    '\r\n',
    '\r\n\r\n',
    ' ',
    ':',
    ',',
    '\0',
    'Content-Length: 5\r\n',
    'Upgrade: h2c\r\n',
    '/',
    '?',
    '%',
  ];
  const knocks = Array.from({ length: HANDSHAKES }, () => {
    const text = mutatedText(request, choices, [...tokens, CANARY]);
    return () => knock(text);
  });

  await runAll([...conversations, ...knocks]);

  await expectHealthy(gateway);
  expect(await gateway.metric('ws_message_rejected_total', '{reason="internal"}')).toBe(0);
  expect(await gateway.metric('ws_upgrade_rejected_total', '{reason="internal"}')).toBe(0);
}, 30_000);

it('has met most of what may be refused', async () => {
  expect([...(await labels('ws_closed_total', 'code'))]).toEqual(
    expect.arrayContaining(['1002', '1006', '1007', '1008', '1009', 'peer']),
  );
  expect([...(await labels('ws_message_rejected_total', 'reason'))]).toEqual(
    expect.arrayContaining(['bad_frame', 'bad_json', 'validation', 'unknown_event', 'already_authenticated']),
  );
  expect((await labels('ws_upgrade_rejected_total', 'reason')).size).toBeGreaterThanOrEqual(8);
});

it('counts under its own words alone', async () => {
  const reasons = Object.values(CLOSE_REASONS);
  const known = new Set<string>([...reasons.map(({ reason }) => reason), 'normal', 'aborted']);
  const codes = new Set([...reasons.map(({ code }) => String(code)), 'peer', '1006']);
  expect([...(await labels('ws_closed_total', 'reason'))].filter((reason) => !known.has(reason))).toEqual([]);
  expect([...(await labels('ws_closed_total', 'code'))].filter((code) => !codes.has(code))).toEqual([]);
  const rejected = await labels('ws_message_rejected_total', 'reason');
  expect([...rejected].filter((reason) => !Object.hasOwn(REPLY_ERRORS, reason))).toEqual([]);
  expect(await gateway.app.get(Metrics).registry.metrics()).not.toContain(CANARY);
});

it('has every place free that it had before', async () => {
  const clients = await Promise.all(
    Array.from({ length: LIMIT_CONNECTIONS }, (_, index) => gateway.signIn(`user-${index}`)),
  );
  expect((await gateway.connect({ token: testToken() }).refused).statusCode).toBe(503);
  expect(await gateway.metric('ws_connections')).toBe(LIMIT_CONNECTIONS);
  expect(await gateway.metric('ws_users')).toBe(LIMIT_CONNECTIONS);
  clients.forEach((client) => client.terminate());
  await expectHealthy(gateway);
});
