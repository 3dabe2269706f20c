import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { FakeWriter } from '../../test/harness/fake.writer.js';
import { HubFixture, turn } from '../../test/harness/hub-fixture.js';
import { CLOSE_REASONS } from '../protocol/close-codes.js';
import type { SubscriptionMode } from '../protocol/commands.js';
import type { Session } from './session.js';

const SYMBOLS = ['A', 'B', 'C'] as const;
const USERS = ['alice', 'bob'] as const;

/** The smallest there is; three values of the longest kind do not fit. */
const MAX_QUEUE_BYTES = 16_384;

/** What one client should have been told, kept by hand. */
class ModelClient {
  /** By symbol: how it is subscribed, and what was published since. */
  readonly subscriptions = new Map<string, { mode: SubscriptionMode; seqs: number[] }>();
  readonly log: number[] = [];
  hasResubscribed = false;

  constructor(readonly user: string) {}
}

class Model {
  readonly clients: ModelClient[] = [];
}

interface Client {
  readonly session: Session;
  readonly writer: FakeWriter;
}

/** The hub under test. */
class Real {
  readonly fixture = new HubFixture({ WS_MAX_QUEUE_BYTES: String(MAX_QUEUE_BYTES) });
  readonly clients: Client[] = [];
  readonly seqs = new Map<string, number>();
  logs = 0;
}

type Step = fc.AsyncCommand<Model, Real>;

interface QuoteSeen {
  readonly symbol: string;
  readonly seq: number;
}

const quotesOf = (writer: FakeWriter): QuoteSeen[] =>
  writer.messages.filter(({ event }) => event === 'quotes').flatMap(({ data }) => data as QuoteSeen[]);

const seqsOf = (writer: FakeWriter, symbol: string): number[] =>
  quotesOf(writer)
    .filter((quote) => quote.symbol === symbol)
    .map(({ seq }) => seq);

/** A command on the client at an index, when there is one. */
abstract class ClientStep {
  constructor(readonly at: number) {}

  check({ clients }: Readonly<Model>): boolean {
    return this.at < clients.length;
  }

  async run(model: Model, real: Real): Promise<void> {
    this.apply(model.clients[this.at]!, real.clients[this.at]!, real, model);
  }

  protected abstract apply(expected: ModelClient, client: Client, real: Real, model: Model): void;
}

class Open implements Step {
  constructor(readonly user: string) {}

  check({ clients }: Readonly<Model>): boolean {
    return clients.length < 6;
  }

  async run(model: Model, real: Real): Promise<void> {
    model.clients.push(new ModelClient(this.user));
    real.clients.push(real.fixture.open(this.user));
  }

  toString(): string {
    return `open(${this.user})`;
  }
}

class Subscribe extends ClientStep implements Step {
  constructor(
    at: number,
    readonly symbol: string,
    readonly mode: SubscriptionMode,
  ) {
    super(at);
  }

  override toString(): string {
    return `subscribe(${this.at}, ${this.symbol}, ${this.mode})`;
  }

  protected override apply(expected: ModelClient, { session }: Client, { fixture }: Real): void {
    expected.hasResubscribed ||= expected.subscriptions.has(this.symbol);
    expected.subscriptions.set(this.symbol, { mode: this.mode, seqs: [] });
    fixture.merges.subscribe(`quotes:${this.symbol}`, session, this.mode);
  }
}

class Unsubscribe extends ClientStep implements Step {
  constructor(
    at: number,
    readonly symbol: string,
  ) {
    super(at);
  }

  override toString(): string {
    return `unsubscribe(${this.at}, ${this.symbol})`;
  }

  protected override apply(expected: ModelClient, { session }: Client, { fixture }: Real): void {
    expected.hasResubscribed = true;
    expected.subscriptions.delete(this.symbol);
    fixture.merges.unsubscribe(`quotes:${this.symbol}`, session);
  }
}

class PublishQuotes implements Step {
  constructor(
    readonly symbols: readonly string[],
    readonly size: number,
  ) {}

  check(): boolean {
    return true;
  }

  async run({ clients }: Model, { fixture, seqs }: Real): Promise<void> {
    const padding = 'x'.repeat(this.size);
    fixture.publishQuotes(
      ...this.symbols.map((symbol) => {
        const seq = (seqs.get(symbol) ?? 0) + 1;
        seqs.set(symbol, seq);
        clients.forEach(({ subscriptions }) => subscriptions.get(symbol)?.seqs.push(seq));
        return { symbol, seq, padding };
      }),
    );
  }

  toString(): string {
    return `publish(${this.symbols.join()}, ${this.size})`;
  }
}

class PublishLog implements Step {
  constructor(
    readonly user: string | undefined,
    readonly size: number,
  ) {}

  check(): boolean {
    return true;
  }

  async run({ clients }: Model, real: Real): Promise<void> {
    real.logs += 1;
    const padding = 'x'.repeat(this.size);
    const channel = this.user === undefined ? 'all' : `user:${this.user}`;
    clients
      .filter(({ user }) => this.user === undefined || user === this.user)
      .forEach(({ log }) => log.push(real.logs));
    void real.fixture.publisher.publish({
      channels: [channel],
      event: 'update',
      data: { n: real.logs, padding },
    });
  }

  toString(): string {
    return `log(${this.user ?? 'all'}, ${this.size})`;
  }
}

class Block extends ClientStep implements Step {
  override toString(): string {
    return `block(${this.at})`;
  }

  protected override apply(_expected: ModelClient, { writer }: Client): void {
    writer.isWritable = false;
  }
}

class Drain extends ClientStep implements Step {
  override toString(): string {
    return `drain(${this.at})`;
  }

  protected override apply(_expected: ModelClient, client: Client, { fixture }: Real): void {
    drain(fixture, client);
  }
}

class Close extends ClientStep implements Step {
  override toString(): string {
    return `close(${this.at})`;
  }

  protected override apply(
    _expected: ModelClient,
    client: Client,
    { fixture, clients }: Real,
    model: Model,
  ): void {
    client.session.close(CLOSE_REASONS.disconnected);
    fixture.hub.close(client.session);
    clients.splice(this.at, 1);
    model.clients.splice(this.at, 1);
  }
}

class Turn implements Step {
  check(): boolean {
    return true;
  }

  async run(_model: Model, { clients }: Real): Promise<void> {
    const blocked = clients.filter(({ writer }) => !writer.isWritable);
    const written = blocked.map(({ writer }) => writer.writes.length);
    await turn();
    expect(blocked.map(({ writer }) => writer.writes.length)).toEqual(written);
  }

  toString(): string {
    return 'turn';
  }
}

function drain({ hub }: HubFixture, { session, writer }: Client): void {
  writer.isWritable = !session.isClosed;
  hub.resume(session);
}

/** Every receiver takes everything; then each client must hold what it was promised. */
async function expectPromises(model: Model, { fixture, clients }: Real): Promise<void> {
  clients.forEach((client) => drain(fixture, client));
  await turn();
  model.clients.forEach((expected, index) => {
    const { session, writer } = clients[index]!;
    for (const symbol of SYMBOLS) {
      const seqs = seqsOf(writer, symbol);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((left, right) => left - right));
    }
    if (session.isClosed) {
      expect(writer.closedWith).toBe(CLOSE_REASONS.slowConsumer);
      return;
    }
    const log = writer.messages
      .filter(({ event }) => event === 'update')
      .map(({ data }) => (data as { n: number }).n);
    expect(log).toEqual(expected.log);
    const lagged = writer.messages.filter(({ event }) => event === 'lagged');
    for (const [symbol, { mode, seqs }] of expected.subscriptions) {
      const seen = seqsOf(writer, symbol);
      if (seqs.length > 0) {
        expect(seen.at(-1)).toBe(seqs.at(-1));
      }
      if (mode === 'all' && lagged.length === 0) {
        expect(seen.slice(seen.length - seqs.length)).toEqual(seqs);
      }
    }
    const isAllThrough = [...expected.subscriptions.values()].every(({ mode }) => mode === 'all');
    if (isAllThrough && !expected.hasResubscribed) {
      const published = [...expected.subscriptions.values()].reduce((sum, { seqs }) => sum + seqs.length, 0);
      const missed = lagged.reduce((sum, { data }) => sum + (data as { missed: number }).missed, 0);
      expect(quotesOf(writer).length + missed).toBe(published);
    }
  });
}

/** How many joined buffers the flusher still holds. */
function joinsIn({ flusher }: HubFixture): { frames: number; messages: number } {
  const { buffers, messages } = flusher as unknown as {
    buffers: { entries: Map<unknown, unknown> };
    messages: { shared: unknown[] };
  };
  return {
    frames: buffers.entries.size,
    messages: messages.shared.filter((message) => message !== undefined).length,
  };
}

async function expectNothingLeft({ fixture, clients }: Real): Promise<void> {
  clients.forEach(({ session }) => fixture.hub.close(session));
  await turn();
  const sizes = {
    sessions: fixture.hub.sessionCount,
    users: fixture.hub.userCount,
    logChannels: (fixture.logs as unknown as { subscribers: Map<string, unknown> }).subscribers.size,
    mergeChannels: (fixture.merges as unknown as { channels: Map<string, unknown> }).channels.size,
    waiting: (fixture.flusher as unknown as { waiting: unknown[] }).waiting.length,
    pass: (fixture.flusher as unknown as { pass: unknown[] }).pass.length,
    queueBytes: fixture.metrics.hot.queueBytes,
    mergeReaders: fixture.merges.readers.size,
    mergeSessions: (fixture.merges as unknown as { bySession: Map<unknown, unknown> }).bySession.size,
    joinedFrames: joinsIn(fixture).frames,
    joinedMessages: joinsIn(fixture).messages,
  };
  expect(Object.entries(sizes).filter(([, size]) => size !== 0)).toEqual([]);
}

describe('the hub, whatever its clients do', () => {
  const at = fc.nat(3);
  const size = fc.constantFrom(0, 0, 6000);
  const symbol = fc.constantFrom(...SYMBOLS);
  const user = fc.constantFrom(...USERS);
  const mode = fc.constantFrom<SubscriptionMode>('merge', 'all');
  const publish = fc
    .tuple(fc.array(symbol, { minLength: 1, maxLength: 4 }), size)
    .map((step): Step => new PublishQuotes(...step));
  const passTime = fc.constant(new Turn());
  // What happens often stands more than once.
  const steps: fc.Arbitrary<Step>[] = [
    publish,
    publish,
    publish,
    publish,
    passTime,
    passTime,
    fc.tuple(fc.option(user, { nil: undefined }), size).map((step) => new PublishLog(...step)),
    at.map((index) => new Block(index)),
    at.map((index) => new Drain(index)),
    fc.tuple(at, symbol, mode).map((step) => new Subscribe(...step)),
    fc.tuple(at, symbol).map((step) => new Unsubscribe(...step)),
    user.map((name) => new Open(name)),
    at.map((index) => new Close(index)),
  ];

  /** Where every run begins: somebody of each kind is there. */
  async function begin(): Promise<{ model: Model; real: Real }> {
    const [model, real] = [new Model(), new Real()];
    const first = [
      new Open('alice'),
      new Open('bob'),
      new Open('alice'),
      ...SYMBOLS.map((name) => new Subscribe(0, name, 'merge')),
      ...SYMBOLS.map((name) => new Subscribe(1, name, 'all')),
      new Subscribe(2, 'A', 'merge'),
      new Subscribe(2, 'B', 'all'),
    ];
    for (const step of first) {
      await step.run(model, real);
    }
    return { model, real };
  }

  it('keeps its promises and leaves nothing behind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 80, size: 'max' }), async (commands) => {
        const state = await begin();
        await fc.asyncModelRun(() => state, commands);
        await expectPromises(state.model, state.real);
        await expectNothingLeft(state.real);
      }),
      { numRuns: 300 },
    );
  });

  it('closes a slow consumer of logs and nobody else', async () => {
    const fixture = new HubFixture({ WS_MAX_QUEUE_BYTES: String(MAX_QUEUE_BYTES) });
    const [slow, fast] = [fixture.open('alice'), fixture.open('bob')];
    slow.writer.isWritable = false;
    for (let message = 0; message < 20; message += 1) {
      void fixture.publisher.publish({ channels: ['all'], event: 'update', data: 'x'.repeat(1000) });
      await turn();
    }
    expect(slow.writer.closedWith).toBe(CLOSE_REASONS.slowConsumer);
    expect(fast.session.isClosed).toBe(false);
    expect(fast.writer.messages).toHaveLength(20);
  });
});
