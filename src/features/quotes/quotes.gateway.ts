import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import { SubscribeDto, SymbolsDto } from './quotes.dto.js';
import { QuotesService } from './quotes.service.js';

@CommandGateway()
export class QuotesGateway {
  constructor(private readonly quotes: QuotesService) {}

  @SubscribeMessage('quotes.subscribe')
  subscribe(
    @ConnectedSocket() session: Session,
    @MessageBody() dto: SubscribeDto,
  ): ReplyOf<'quotes.subscribe'> {
    return this.quotes.subscribe(session, dto.symbols, dto.mode ?? 'merge');
  }

  @SubscribeMessage('quotes.unsubscribe')
  unsubscribe(
    @ConnectedSocket() session: Session,
    @MessageBody() dto: SymbolsDto,
  ): ReplyOf<'quotes.unsubscribe'> {
    return this.quotes.unsubscribe(session, dto.symbols);
  }

  @SubscribeMessage('quotes.list')
  list(@ConnectedSocket() session: Session): ReplyOf<'quotes.list'> {
    return this.quotes.list(session);
  }
}
