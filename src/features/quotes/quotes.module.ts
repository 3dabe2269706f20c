import { Module } from '@nestjs/common';
import { QuotesController } from './quotes.controller.js';
import { QuotesFeedEndpoint } from './quotes-feed.endpoint.js';
import { QuotesGateway } from './quotes.gateway.js';
import { QuotesSchedule } from './quotes.schedule.js';
import { QuotesService } from './quotes.service.js';

@Module({
  controllers: [QuotesController],
  providers: [QuotesService, QuotesSchedule, QuotesGateway, QuotesFeedEndpoint],
})
export class QuotesModule {}
