import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { CLOSE_REASONS } from '../../protocol/close-codes.js';
import type { Quote } from '../../protocol/quote.js';
import { CommandRefused, type ReplyErrorCode } from '../../protocol/reply-errors.js';
import { type PushEndpoint, PushEndpoints } from '../../transport/ws/push-endpoints.js';
import { QuotesService } from './quotes.service.js';
import type { RequestQuery } from '../../transport/ws/upgrade-request.js';

interface Subscription {
  readonly accepted: readonly string[];
  /** Why some or all symbols are left out. */
  readonly refusal: ReplyErrorCode | undefined;
  readonly quotes: readonly Quote[];
}

/** `/feed?symbols=AAPL,MSFT`: quotes for clients that only listen; all symbols when none is named. */
@Injectable()
export class QuotesFeedEndpoint implements PushEndpoint, OnModuleInit {
  readonly path = '/feed';

  constructor(
    private readonly quotes: QuotesService,
    private readonly endpoints: PushEndpoints,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.endpoints.register(this);
  }

  open(session: Session, query: RequestQuery): void {
    const named = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
    const { accepted, refusal, quotes } = this.subscribe(session, named);
    if (refusal !== undefined) {
      this.metrics.messagesRejected.inc({ reason: refusal });
      session.refuse(undefined, refusal);
    }
    if (accepted.length === 0) {
      session.close(CLOSE_REASONS.nothingToPush);
      return;
    }
    session.push('quotes', quotes);
  }

  private subscribe(session: Session, named: readonly string[]): Subscription {
    try {
      const symbols = named.length > 0 ? named : this.quotes.symbols;
      const { accepted, rejected, quotes } = this.quotes.subscribe(session, symbols, 'merge');
      return { accepted, refusal: rejected[0]?.code, quotes };
    } catch (error) {
      if (error instanceof CommandRefused) {
        return { accepted: [], refusal: error.code, quotes: [] };
      }
      throw error;
    }
  }
}
