import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/scope.guard.js';
import type { Quote } from '../../protocol/quote.js';
import { QuotesService } from './quotes.service.js';

@ApiTags('quotes')
@Controller('v1/quotes')
@Authenticated()
export class QuotesController {
  constructor(private readonly quotes: QuotesService) {}

  @Get()
  @ApiOperation({ summary: 'Last values' })
  @ApiQuery({ name: 'symbols', required: false, description: 'Comma list; all symbols when absent' })
  @ApiOkResponse({ description: '`symbols` this gateway knows, and the last value of those asked for' })
  list(@Query('symbols') symbols?: string): { symbols: readonly string[]; quotes: Quote[] } {
    const wanted = typeof symbols === 'string' ? symbols.split(',') : this.quotes.symbols;
    return { symbols: this.quotes.symbols, quotes: this.quotes.snapshots(wanted) };
  }
}
