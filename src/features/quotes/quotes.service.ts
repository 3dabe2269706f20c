import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { MergeChannels } from '../../hub/merge-channels.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { QuoteFeed, type QuoteTick } from '../../ports/quote-feed.port.js';
import { quotesChannel, symbolOf } from '../../protocol/channel.js';
import type { ReplyOf, SubscriptionMode } from '../../protocol/commands.js';
import type { Quote } from '../../protocol/quote.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { QuoteBoard } from './quote-board.js';

/** Values kept between two pushes; beyond it the push does not wait for its schedule. */
const MAX_PENDING_VALUES = 10_000;

/** Quotes from the feed to the channels, and who may have which. */
@Injectable()
export class QuotesService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Quotes');
  private readonly board: QuoteBoard;
  private readonly known: ReadonlySet<string>;
  private pending: Quote[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly feed: QuoteFeed,
    private readonly channels: MergeChannels,
    private readonly publisher: Publisher,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    // The term of a leader that has no peers: a restart is a later term.
    const epoch = Math.floor(clock.epochMs() / 1000);
    this.board = new QuoteBoard({ source: feed.name, quality: feed.quality, epoch });
    this.known = new Set(feed.symbols);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.feed.start({ tick: (tick) => this.take(tick) });
    // What the feed knows already is there for the first subscriber.
    this.push();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.feed.stop();
  }

  get symbols(): readonly string[] {
    return this.feed.symbols;
  }

  subscribe(
    session: Session,
    symbols: readonly string[],
    mode: SubscriptionMode,
  ): ReplyOf<'quotes.subscribe'> {
    const wanted = [...new Set(symbols)];
    const accepted = wanted.filter((symbol) => this.known.has(symbol));
    const current = this.channels.subscriptionsOf(session);
    const added = accepted.filter((symbol) => !current.has(quotesChannel(symbol)));
    const limit = this.config.limits.subscriptions;
    if (limit > 0 && current.size + added.length > limit) {
      throw new CommandRefused('limit_exceeded');
    }
    for (const symbol of accepted) {
      this.channels.subscribe(quotesChannel(symbol), session, mode);
      this.board.subscribed(symbol);
    }
    this.feed.watch(accepted);
    return {
      mode,
      accepted,
      rejected: wanted
        .filter((symbol) => !this.known.has(symbol))
        .map((symbol) => ({ symbol, code: 'unknown_symbol' as const })),
      quotes: this.snapshots(accepted),
    };
  }

  unsubscribe(session: Session, symbols: readonly string[]): { symbols: string[] } {
    for (const symbol of symbols) {
      this.channels.unsubscribe(quotesChannel(symbol), session);
    }
    return this.list(session);
  }

  list(session: Session): { symbols: string[] } {
    return { symbols: [...this.channels.subscriptionsOf(session).keys()].map(symbolOf) };
  }

  /** Last values; symbols without one are left out. */
  snapshots(symbols: readonly string[]): Quote[] {
    return symbols.map((symbol) => this.board.snapshot(symbol)).filter((quote) => quote !== undefined);
  }

  /** Publishes what came in since the last push, in order. */
  push(): void {
    if (this.pending.length === 0) {
      return;
    }
    const values = this.pending.map((quote) => ({
      channel: quotesChannel(quote.symbol),
      value: this.board.publish(quote),
    }));
    this.pending = [];
    this.publisher
      .publishValues(values)
      .catch((error: unknown) => this.logger.error('publishing failed', stackFramesOf(error)));
  }

  private take(tick: QuoteTick): void {
    const quote = this.known.has(tick.symbol) ? this.board.apply(tick, this.clock.epochMs()) : undefined;
    if (quote === undefined) {
      this.metrics.feedBadTicks.inc();
      return;
    }
    this.pending.push(quote);
    if (this.pending.length >= MAX_PENDING_VALUES) {
      this.push();
    }
  }
}
