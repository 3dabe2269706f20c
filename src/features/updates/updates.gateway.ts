import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import { AckDto } from './updates.dto.js';
import { UpdatesService } from './updates.service.js';

@CommandGateway()
export class UpdatesGateway {
  constructor(private readonly updates: UpdatesService) {}

  @SubscribeMessage('updates.ack')
  ack(@ConnectedSocket() session: Session, @MessageBody() { ids }: AckDto): ReplyOf<'updates.ack'> {
    return { acked: this.updates.ack(session, ids) };
  }
}
