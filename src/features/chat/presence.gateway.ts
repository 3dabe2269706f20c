import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import { PresenceDto } from './chat.dto.js';
import { RoomPresence } from './room-presence.js';

/** Who is online: in a room, or of named users. */
@CommandGateway()
export class PresenceGateway {
  constructor(private readonly presence: RoomPresence) {}

  @SubscribeMessage('presence.get')
  async get(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, users, watch = false }: PresenceDto,
  ): Promise<ReplyOf<'presence.get'>> {
    if ((room === undefined) === (users === undefined)) {
      throw new CommandRefused('validation', { fields: ['room: exactly one of room and users'] });
    }
    return {
      users:
        room === undefined
          ? await this.presence.ofUsers(session, users!, watch)
          : this.presence.ofRoom(session, room),
    };
  }
}
