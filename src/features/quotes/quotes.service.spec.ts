import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { FakeWriter } from '../../../test/harness/fake.writer.js';
import { HubFixture, turn } from '../../../test/harness/hub-fixture.js';
import type { Session } from '../../hub/session.js';
import { QuoteFeed, type QuoteSink, type QuoteTick } from '../../ports/quote-feed.port.js';
import type { Quote } from '../../protocol/quote.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { QuotesService } from './quotes.service.js';

/** A feed that ticks when the test says so. */
class ManualFeed extends QuoteFeed {
  readonly name = 'manual';
  readonly quality = 'simulated';
  readonly symbols = ['A', 'B', 'C'];
  readonly watched: string[][] = [];
  isStopped = false;
  private sink: QuoteSink | undefined;

  /** What it says at its start. */
  constructor(private readonly first: readonly QuoteTick[] = []) {
    super();
  }

  start(sink: QuoteSink): Promise<void> {
    this.sink = sink;
    this.first.forEach((tick) => this.tick(tick));
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.isStopped = true;
    return Promise.resolve();
  }

  watch(symbols: readonly string[]): void {
    this.watched.push([...symbols]);
  }

  tick(tick: QuoteTick): void {
    this.sink?.tick(tick);
  }
}

let fixture: HubFixture;
let feed: ManualFeed;
let quotes: QuotesService;
let session: Session;
let writer: FakeWriter;

async function start(env: Record<string, string> = {}, first: readonly QuoteTick[] = []): Promise<void> {
  fixture = new HubFixture(env);
  feed = new ManualFeed(first);
  const { config, merges, publisher, clock, metrics } = fixture;
  quotes = new QuotesService(config, feed, merges, publisher, clock, metrics);
  await quotes.onApplicationBootstrap();
  ({ session, writer } = fixture.open('alice'));
}

beforeEach(() => start());

/** All quotes the client was pushed, in order. */
const pushed = (): Quote[] =>
  writer.messages.filter(({ event }) => event === 'quotes').flatMap(({ data }) => data as Quote[]);

const badTicks = async (): Promise<number> =>
  (await fixture.metrics.feedBadTicks.get()).values[0]?.value ?? 0;

const refusalOf = (run: () => unknown): string => {
  try {
    run();
    return 'accepted';
  } catch (error) {
    expect(error).toBeInstanceOf(CommandRefused);
    return (error as CommandRefused).code;
  }
};

describe('subscribing', () => {
  it('accepts what is known and rejects the rest, symbol by symbol', () => {
    expect(quotes.subscribe(session, ['A', 'X', 'B', 'Y'], 'merge')).toEqual({
      mode: 'merge',
      accepted: ['A', 'B'],
      rejected: [
        { symbol: 'X', code: 'unknown_symbol' },
        { symbol: 'Y', code: 'unknown_symbol' },
      ],
      quotes: [],
    });
    expect(quotes.list(session)).toEqual({ symbols: ['A', 'B'] });
  });

  it('takes a symbol once, however often it is named', () => {
    expect(quotes.subscribe(session, ['A', 'A', 'X', 'X'], 'merge')).toMatchObject({
      accepted: ['A'],
      rejected: [{ symbol: 'X' }],
    });
  });

  it('answers with a snapshot of what is there', async () => {
    await start({}, [{ symbol: 'A', last: '10' }]);
    const reply = quotes.subscribe(session, ['A', 'B'], 'all');
    expect(reply.quotes).toEqual([
      expect.objectContaining({ symbol: 'A', last: '10', seq: 1, source: 'manual' }),
    ]);
  });

  it('tells the feed that somebody watches', () => {
    quotes.subscribe(session, ['B', 'X'], 'merge');
    expect(feed.watched).toEqual([['B']]);
  });

  it('refuses more than the limit as a whole, and changes nothing', async () => {
    await start({ LIMIT_SUBSCRIPTIONS: '2' });
    quotes.subscribe(session, ['A'], 'merge');
    expect(refusalOf(() => quotes.subscribe(session, ['B', 'C'], 'merge'))).toBe('limit_exceeded');
    expect(quotes.list(session)).toEqual({ symbols: ['A'] });
  });

  it('counts neither what is subscribed already nor what is unknown', async () => {
    await start({ LIMIT_SUBSCRIPTIONS: '2' });
    quotes.subscribe(session, ['A', 'B'], 'merge');
    expect(refusalOf(() => quotes.subscribe(session, ['A', 'B', 'X'], 'all'))).toBe('accepted');
  });

  it('has no limit at 0', async () => {
    await start({ LIMIT_SUBSCRIPTIONS: '0' });
    expect(refusalOf(() => quotes.subscribe(session, ['A', 'B', 'C'], 'merge'))).toBe('accepted');
  });

  it('ends with unsubscribing, which answers with what is left', async () => {
    quotes.subscribe(session, ['A', 'B'], 'merge');
    expect(quotes.unsubscribe(session, ['A', 'X'])).toEqual({ symbols: ['B'] });
    feed.tick({ symbol: 'A', last: '1' });
    feed.tick({ symbol: 'B', last: '2' });
    quotes.push();
    await turn();
    expect(pushed().map(({ symbol }) => symbol)).toEqual(['B']);
  });
});

describe('pushing', () => {
  it('waits for the schedule', async () => {
    quotes.subscribe(session, ['A'], 'merge');
    feed.tick({ symbol: 'A', last: '1' });
    await turn();
    expect(pushed()).toEqual([]);
    quotes.push();
    await turn();
    expect(pushed()).toEqual([expect.objectContaining({ symbol: 'A', last: '1' })]);
  });

  it('gives the newest value in mode merge, and every one in mode all', async () => {
    const other = fixture.open('bob');
    quotes.subscribe(session, ['A'], 'merge');
    quotes.subscribe(other.session, ['A'], 'all');
    ['1', '2', '3'].forEach((last) => feed.tick({ symbol: 'A', last }));
    quotes.push();
    await turn();
    expect(pushed().map(({ last }) => last)).toEqual(['3']);
    const all = other.writer.messages.flatMap(({ data }) => data as Quote[]);
    expect(all.map(({ last, seq }) => [last, seq])).toEqual([
      ['1', 1],
      ['2', 2],
      ['3', 3],
    ]);
  });

  it('says nothing when nothing came in', async () => {
    quotes.subscribe(session, ['A'], 'merge');
    quotes.push();
    await turn();
    expect(writer.writes).toEqual([]);
  });

  it('does not wait when ten thousand values are kept', async () => {
    quotes.subscribe(session, ['A'], 'merge');
    for (let tick = 1; tick < 10_000; tick += 1) {
      feed.tick({ symbol: 'A', last: String(tick) });
    }
    await turn();
    expect(pushed()).toEqual([]);
    feed.tick({ symbol: 'A', last: '10000' });
    await turn();
    expect(pushed()).toEqual([expect.objectContaining({ last: '10000', seq: 10_000 })]);
  });

  it('counts bad ticks and unknown symbols, and pushes neither', async () => {
    const before = await badTicks();
    quotes.subscribe(session, ['A'], 'merge');
    feed.tick({ symbol: 'A', last: 'x' });
    feed.tick({ symbol: 'X', last: '1' });
    quotes.push();
    await turn();
    expect(pushed()).toEqual([]);
    expect((await badTicks()) - before).toBe(2);
  });
});

describe('snapshots', () => {
  it('hold what was published at the start, before anybody subscribed', async () => {
    await start({}, [
      { symbol: 'A', last: '1' },
      { symbol: 'B', last: '2' },
    ]);
    expect(quotes.snapshots(['B', 'X', 'A', 'C']).map(({ symbol }) => symbol)).toEqual(['B', 'A']);
  });

  it('are never newer than what is pushed after them, and nothing between is lost', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('tick', 'push', 'subscribe', 'turn'), { maxLength: 40 }),
        fc.constantFrom('merge' as const, 'all' as const),
        async (steps, mode) => {
          await start();
          let published = 0;
          let ticked = 0;
          let snapshot: number | undefined;
          let from = 0;
          for (const step of steps) {
            if (step === 'tick') {
              ticked += 1;
              feed.tick({ symbol: 'A', last: String(ticked) });
            } else if (step === 'push') {
              quotes.push();
              published = ticked;
            } else if (step === 'turn') {
              await turn();
            } else {
              // Again, or for the first time: what counts is what comes after the newest snapshot.
              await turn();
              from = pushed().length;
              snapshot = quotes.subscribe(session, ['A'], mode).quotes[0]?.seq ?? 0;
              expect(snapshot).toBe(published);
            }
          }
          quotes.push();
          await turn();
          if (snapshot === undefined) {
            expect(pushed()).toEqual([]);
            return;
          }
          const snapshotSeq = snapshot;
          const seqs = pushed()
            .slice(from)
            .map(({ seq }) => seq);
          expect([snapshotSeq, ...seqs]).toEqual(
            [snapshotSeq, ...seqs].toSorted((left, right) => left - right),
          );
          expect(seqs.at(-1) ?? snapshotSeq).toBe(ticked);
          expect(seqs.filter((seq) => seq <= snapshotSeq)).toEqual([]);
          if (mode === 'all') {
            expect(seqs).toEqual(
              Array.from({ length: ticked - snapshotSeq }, (_, index) => snapshotSeq + index + 1),
            );
          }
        },
      ),
    );
  });
});

it('stops the feed with the application', async () => {
  await quotes.onApplicationShutdown();
  expect(feed.isStopped).toBe(true);
});
