import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Session } from '../../hub/session.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { type PushEndpoint, PushEndpoints } from '../../transport/ws/push-endpoints.js';
import { QuotesService } from './quotes.service.js';

/** `/feed?symbols=AAPL,MSFT`: quotes for clients that only listen; all symbols when none is named. */
@Injectable()
export class QuotesFeedEndpoint implements PushEndpoint, OnModuleInit {
  readonly path = '/feed';

  constructor(
    private readonly quotes: QuotesService,
    private readonly endpoints: PushEndpoints,
  ) {}

  onModuleInit(): void {
    this.endpoints.register(this);
  }

  open(session: Session, query: URLSearchParams): void {
    const named = (query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== '');
    try {
      const { quotes, rejected } = this.quotes.subscribe(
        session,
        named.length > 0 ? named : this.quotes.symbols,
        'merge',
      );
      if (rejected.length > 0) {
        session.refuse(undefined, 'unknown_symbol');
      }
      session.push('quotes', quotes);
    } catch (error) {
      if (!(error instanceof CommandRefused)) {
        throw error;
      }
      session.refuse(undefined, error.code);
    }
  }
}
