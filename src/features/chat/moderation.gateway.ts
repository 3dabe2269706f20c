import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import { ModerateDto } from './chat.dto.js';
import { MembersService } from './members.service.js';

/** What moderators and owners of a room do to its members. */
@CommandGateway()
export class ModerationGateway {
  constructor(private readonly members: MembersService) {}

  @SubscribeMessage('chat.moderate')
  async moderate(
    @ConnectedSocket() session: Session,
    @MessageBody() order: ModerateDto,
  ): Promise<ReplyOf<'chat.moderate'>> {
    const { event } = await this.members.moderate(session, order);
    return { seq: event?.seq ?? null };
  }
}
