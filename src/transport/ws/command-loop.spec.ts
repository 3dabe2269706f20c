import { HttpException, Logger, type LoggerService } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EMPTY, of, throwError } from 'rxjs';
import {
  type FakeConnection,
  fakeConnection,
  type FakeConnectionOptions,
} from '../../../test/harness/fake.connection.js';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { DrainState } from '../drain-state.js';
import { CommandLoop } from './command-loop.js';
import { GatewayBindings } from './gateway-bindings.js';

/** Everything logged, as one text. */
let logged = '';
const capture = (...parts: unknown[]): void => {
  logged += `${parts.join(' ')}\n`;
};

beforeAll(() =>
  Logger.overrideLogger({ log: capture, error: capture, warn: capture } satisfies LoggerService),
);
afterAll(() => Logger.overrideLogger(false));

let fixture: HubFixture;
let drain: DrainState;
let bindings: GatewayBindings;
let loop: CommandLoop;

beforeEach(() => {
  logged = '';
  fixture = new HubFixture();
  drain = new DrainState();
  bindings = new GatewayBindings();
  loop = new CommandLoop(bindings, drain, fixture.clock, fixture.metrics);
});

const connect = (options: FakeConnectionOptions = { user: 'alice' }): Promise<FakeConnection> =>
  fakeConnection(fixture, options);

function send({ connection }: FakeConnection, message: unknown): void {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  loop.receive(connection, Buffer.from(text), false);
}

/** Waits until every command is answered and everything is written. */
async function settled(): Promise<void> {
  do {
    await turn();
  } while (loop.inFlight > 0);
  await turn();
}

/** A command that ends when the test says so. */
function gate(client: FakeConnection, event: string): { open(): void; readonly started: number } {
  const waiting: (() => void)[] = [];
  let started = 0;
  client.connection.commands.set(event, () => {
    started += 1;
    return new Promise<void>((resolve) => waiting.push(resolve));
  });
  return {
    open: () => waiting.shift()?.(),
    get started() {
      return started;
    },
  };
}

const refused = (id: number | undefined, code: string): unknown =>
  expect.objectContaining({
    ...(id !== undefined && { id }),
    event: 'error',
    data: expect.objectContaining({ code }),
  });

describe('answers', () => {
  it('carry the id of their command and what the handler gave', async () => {
    const client = await connect();
    client.connection.commands.set('echo', (data) => data);
    send(client, { id: 'a', event: 'echo', data: { x: 1 } });
    send(client, { event: 'echo' });
    await settled();
    expect(client.messages).toEqual([
      { id: 'a', event: 'reply', data: { x: 1 } },
      { event: 'reply', data: null },
    ]);
  });

  it('leave in the order of their messages, refusals included', async () => {
    const client = await connect({ user: 'alice', commandsPerSecond: 2 });
    const slow = gate(client, 'slow');
    client.connection.commands.set('fast', () => 'fast');
    send(client, { id: 1, event: 'slow' });
    send(client, '{');
    send(client, { id: 3, event: 'nothing' });
    send(client, { id: 4, event: 'fast' });
    send(client, { id: 5, event: 'fast' });
    await turn();
    expect(client.messages).toEqual([]);
    slow.open();
    await settled();
    expect(client.messages).toEqual([
      { id: 1, event: 'reply', data: null },
      refused(undefined, 'bad_json'),
      refused(3, 'unknown_event'),
      { id: 4, event: 'reply', data: 'fast' },
      refused(5, 'rate_limited'),
    ]);
  });

  it('come from one command at a time, each begun when the one before is answered', async () => {
    const client = await connect();
    const slow = gate(client, 'slow');
    for (const id of [1, 2, 3]) {
      send(client, { id, event: 'slow' });
    }
    for (const begun of [1, 2, 3]) {
      await turn();
      await turn();
      expect([slow.started, client.messages.length]).toEqual([begun, begun - 1]);
      slow.open();
    }
    await settled();
    expect(client.messages.map(({ id }) => id)).toEqual([1, 2, 3]);
  });

  it('of one connection do not wait for another', async () => {
    const [stuck, free] = [await connect(), await connect({ user: 'bob' })];
    gate(stuck, 'slow');
    free.connection.commands.set('fast', () => 1);
    send(stuck, { id: 1, event: 'slow' });
    send(free, { id: 1, event: 'fast' });
    await turn();
    await turn();
    expect(free.messages).toHaveLength(1);
    expect(loop.inFlight).toBe(1);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'to the command %p say that there is none',
    async (event) => {
      const client = await connect();
      send(client, { id: 1, event });
      await settled();
      expect(client.messages).toEqual([refused(1, 'unknown_event')]);
    },
  );

  it('are not written to a connection that has closed meanwhile', async () => {
    const client = await connect();
    const slow = gate(client, 'slow');
    send(client, { id: 1, event: 'slow' });
    send(client, { id: 2, event: 'slow' });
    await turn();
    client.connection.session.close({ code: 1012, reason: 'drain', reconnect: 'backoff' });
    slow.open();
    await settled();
    expect(client.messages).toEqual([]);
    expect(slow.started).toBe(1);
    expect(loop.inFlight).toBe(0);
  });
});

describe('what a handler returns', () => {
  it.each([
    ['a value', () => 7, 7],
    ['a promise', () => Promise.resolve(7), 7],
    ['an Observable', () => of(7), 7],
    ['the last value of an Observable', () => of(1, 2, 7), 7],
    ['a promise of an Observable', () => Promise.resolve(of(7)), 7],
    ['nothing', () => undefined, null],
    ['nothing of an Observable', () => EMPTY, null],
  ])('is the reply: %s', async (_what, handler, data) => {
    const client = await connect();
    client.connection.commands.set('x', handler);
    send(client, { id: 1, event: 'x' });
    await settled();
    expect(client.messages).toEqual([{ id: 1, event: 'reply', data }]);
  });
});

describe('an error of a handler', () => {
  it.each([
    ['a refusal', new CommandRefused('limit_exceeded'), 'limit_exceeded'],
    ['an HTTP exception', new HttpException('CONFIDENTIAL', 403), 'forbidden'],
  ])('that is %s answers with its row of the table', async (_what, error, code) => {
    const client = await connect();
    client.connection.commands.set('x', () => {
      throw error;
    });
    send(client, { id: 1, event: 'x' });
    await settled();
    expect(client.messages).toEqual([refused(1, code)]);
    expect(JSON.stringify(client.messages)).not.toContain('CONFIDENTIAL');
    expect(logged).toBe('');
  });

  it('hands over what the refusal says beside its code', async () => {
    const client = await connect();
    client.connection.commands.set('x', () => {
      throw new CommandRefused('validation', { fields: ['symbols: isArray'] });
    });
    send(client, { id: 1, event: 'x' });
    await settled();
    expect(client.messages[0]?.data).toMatchObject({ code: 'validation', fields: ['symbols: isArray'] });
  });

  it.each([
    ['thrown', () => Promise.reject(new TypeError('CONFIDENTIAL\nCONFIDENTIAL of the second line'))],
    ['of an Observable', () => throwError(() => new Error('CONFIDENTIAL'))],
    ['no Error at all', () => throwError(() => 'CONFIDENTIAL')],
    ['of an answer that is no JSON', () => ({ value: 1n })],
  ])(
    'nobody meant to happen is internal, found by its correlation id and told nobody: %s',
    async (_what, handler) => {
      const client = await connect();
      client.connection.commands.set('x', handler);
      send(client, { id: 1, event: 'x', data: 'CONFIDENTIAL' });
      await settled();
      expect(client.messages).toEqual([refused(1, 'internal')]);
      const { correlationId } = client.messages[0]!.data as { correlationId: string };
      expect(correlationId).toMatch(/^[0-9a-f-]{36}$/);
      expect(logged).toContain(correlationId);
      expect(logged + JSON.stringify(client.messages)).not.toContain('CONFIDENTIAL');
    },
  );

  it('does not stop the commands behind it', async () => {
    const client = await connect();
    client.connection.commands.set('x', () => Promise.reject(new Error('no')));
    client.connection.commands.set('y', () => 'yes');
    send(client, { id: 1, event: 'x' });
    send(client, { id: 2, event: 'y' });
    await settled();
    expect(client.messages.map(({ event }) => event)).toEqual(['error', 'reply']);
    expect(loop.inFlight).toBe(0);
  });
});

describe('a client that sends faster than it is served', () => {
  it('is not read from 64 waiting commands on, and again from 16 on', async () => {
    const client = await connect();
    const slow = gate(client, 'slow');
    for (let sent = 0; sent < 64; sent += 1) {
      send(client, { id: sent, event: 'slow' });
    }
    // The first is under way; 63 wait.
    expect(client.webSocket.isPaused).toBe(false);
    send(client, { id: 64, event: 'slow' });
    expect([client.webSocket.isPaused, client.connection.isPaused]).toEqual([true, true]);
    for (let waiting = 63; waiting > 16; waiting -= 1) {
      slow.open();
      await turn();
      expect([waiting, client.webSocket.isPaused]).toEqual([waiting, true]);
    }
    slow.open();
    await turn();
    expect([client.webSocket.isPaused, client.connection.isPaused]).toEqual([false, false]);
    while (loop.inFlight > 0) {
      slow.open();
      await turn();
    }
    await settled();
    expect(client.messages.map(({ id }) => id)).toEqual(Array.from({ length: 65 }, (_, id) => id));
  });
});

describe('the rate', () => {
  it('is kept by refusals that say when to come back', async () => {
    const client = await connect({ user: 'alice', commandsPerSecond: 1 });
    client.connection.commands.set('x', () => 1);
    for (const id of [1, 2, 3]) {
      send(client, { id, event: 'x' });
    }
    await settled();
    expect(client.messages[2]).toMatchObject({ id: 3, data: { code: 'rate_limited', retryAfterMs: 1000 } });
    fixture.clock.advance(1000);
    send(client, { id: 4, event: 'x' });
    await settled();
    expect(client.messages[3]).toEqual({ id: 4, event: 'reply', data: 1 });
  });

  it('closes at the 20th refusal within ten seconds, each of them answered', async () => {
    const client = await connect({ user: 'alice', commandsPerSecond: 1 });
    client.connection.commands.set('x', () => 1);
    for (let id = 0; id < 21; id += 1) {
      send(client, { id, event: 'x' });
    }
    await settled();
    expect(client.webSocket.closedWith).toBeUndefined();
    send(client, { id: 21, event: 'x' });
    await settled();
    expect(client.webSocket.closedWith).toEqual({ code: 1008, reason: 'rate' });
    expect(client.messages).toHaveLength(22);
  });

  it('counts pings as well, which get no answer', async () => {
    const client = await connect({ user: 'alice', commandsPerSecond: 1 });
    for (let ping = 0; ping < 21; ping += 1) {
      loop.receiveControlFrame(client.connection);
    }
    expect(client.webSocket.closedWith).toBeUndefined();
    loop.receiveControlFrame(client.connection);
    expect(client.webSocket.closedWith).toEqual({ code: 1008, reason: 'flood' });
  });
});

describe('messages that are no commands', () => {
  it.each([
    ['broken JSON', '{', 'bad_json', { code: 1007, reason: 'bad_json' }],
    ['no envelope', '[]', 'bad_frame', { code: 1008, reason: 'bad_frames' }],
  ])('close at the fifth, each of them answered: %s', async (_what, text, code, closed) => {
    const client = await connect();
    for (let sent = 0; sent < 4; sent += 1) {
      send(client, text);
    }
    await settled();
    expect(client.webSocket.closedWith).toBeUndefined();
    send(client, text);
    await settled();
    expect(client.webSocket.closedWith).toEqual(closed);
    expect(client.messages).toEqual(Array.from({ length: 5 }, () => refused(undefined, code)));
  });

  it('are forgiven after ten seconds', async () => {
    const client = await connect();
    for (let sent = 0; sent < 12; sent += 1) {
      send(client, '{');
      await settled();
      fixture.clock.advance(3000);
    }
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(client.messages).toHaveLength(12);
  });

  it('do not include an envelope beyond the limits: that is an honest mistake', async () => {
    const client = await connect();
    for (let id = 0; id < 10; id += 1) {
      send(client, `{"id":${id},"event":"x","data":1e400}`);
    }
    await settled();
    expect(client.webSocket.closedWith).toBeUndefined();
    expect(client.messages).toEqual(Array.from({ length: 10 }, (_, id) => refused(id, 'validation')));
  });

  it.each([
    ['binary', { user: 'alice' }, true, { code: 1003, reason: 'binary' }],
    [
      'any, on a push-only path',
      { user: 'alice', isPushOnly: true },
      false,
      { code: 1008, reason: 'push_only' },
    ],
  ])('close at once: %s', async (_what, options, isBinary, closed) => {
    const client = await connect(options);
    loop.receive(client.connection, Buffer.from('{"event":"ping"}'), isBinary);
    expect(client.webSocket.closedWith).toEqual(closed);
  });
});

describe('a stranger', () => {
  it('may only authenticate', async () => {
    const client = await connect({});
    client.connection.commands.set('auth', () => 'welcome');
    send(client, { id: 1, event: 'auth' });
    await settled();
    expect(client.messages).toEqual([{ id: 1, event: 'reply', data: 'welcome' }]);
    expect(client.webSocket.closedWith).toBeUndefined();
  });

  it.each(['{"id":1,"event":"ping"}', '{', '[]', '{"id":1,"event":"nothing"}'])(
    'is closed for %p without an answer',
    async (text) => {
      const client = await connect({});
      let isCalled = false;
      client.connection.commands.set('ping', () => (isCalled = true));
      send(client, text);
      await settled();
      expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'auth_required' });
      expect(client.messages).toEqual([]);
      expect(isCalled).toBe(false);
    },
  );

  it('may not send more than a token needs', async () => {
    const client = await connect({});
    loop.receive(client.connection, Buffer.alloc(8193, 'x'), false);
    expect(client.webSocket.closedWith).toEqual({ code: 1009, reason: 'too_big' });
  });
});

describe('authority', () => {
  it('is checked when a command leaves the queue', async () => {
    const client = await connect();
    const slow = gate(client, 'slow');
    client.connection.commands.set('fast', () => 'too late');
    client.connection.expiresAtMs = fixture.clock.monotonicMs() + 1000;
    send(client, { id: 1, event: 'slow' });
    send(client, { id: 2, event: 'fast' });
    await turn();
    fixture.clock.advance(1000);
    slow.open();
    await settled();
    expect(client.webSocket.closedWith).toEqual({ code: 3000, reason: 'token_expired' });
    expect(client.messages).toEqual([{ id: 1, event: 'reply', data: null }]);
  });
});

describe('the loop', () => {
  it('takes nothing new while the process drains', async () => {
    const client = await connect();
    client.connection.commands.set('x', () => 1);
    drain.begin();
    send(client, { id: 1, event: 'x' });
    await settled();
    expect(client.messages).toEqual([refused(1, 'unavailable')]);
  });

  it('takes nothing from a closed connection', async () => {
    const client = await connect();
    client.connection.session.close({ code: 1012, reason: 'drain', reconnect: 'backoff' });
    send(client, { id: 1, event: 'x' });
    await settled();
    expect(client.messages).toEqual([]);
    expect(fixture.metrics.hot.messagesIn).toBe(0);
  });

  it('takes every message and control frame for a sign of life', async () => {
    const client = await connect();
    fixture.clock.advance(5000);
    send(client, { id: 1, event: 'x' });
    expect(client.connection.lastInboundMs).toBe(fixture.clock.monotonicMs());
    fixture.clock.advance(5000);
    loop.receiveControlFrame(client.connection);
    expect(client.connection.lastInboundMs).toBe(fixture.clock.monotonicMs());
  });

  it('counts every refusal by its code', async () => {
    const countOf = async (code: string): Promise<number> => {
      const { values } = await fixture.metrics.messagesRejected.get();
      return values.find(({ labels }) => labels.reason === code)?.value ?? 0;
    };
    const before = await countOf('unknown_event');
    const client = await connect();
    send(client, { id: 1, event: 'x' });
    send(client, { id: 2, event: 'x' });
    await settled();
    expect((await countOf('unknown_event')) - before).toBe(2);
  });
});
