import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import { UpdateAcks } from './update-acks.js';
import { AckDto } from './update-reports.dto.js';

@CommandGateway()
export class UpdatesGateway {
  constructor(private readonly acks: UpdateAcks) {}

  @SubscribeMessage('updates.ack')
  async ack(
    @ConnectedSocket() session: Session,
    @MessageBody() { ids }: AckDto,
  ): Promise<ReplyOf<'updates.ack'>> {
    return { acked: [...(await this.acks.ack(session, ids))] };
  }
}
