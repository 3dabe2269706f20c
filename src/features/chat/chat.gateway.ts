import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { Session } from '../../hub/session.js';
import type { ReplyOf } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { CommandGateway } from '../../transport/ws/command-gateway.decorator.js';
import {
  EditDto,
  HistoryDto,
  JoinDto,
  LeaveDto,
  oneRoomOf,
  ReadDto,
  RoomsDto,
  SendDto,
  TargetDto,
  TypingDto,
} from './chat.dto.js';
import { HistoryService } from './history.service.js';
import { JoinsService } from './joins.service.js';
import { MembersService } from './members.service.js';
import { MessagesService } from './messages.service.js';
import { ReadMarkersService } from './read-markers.service.js';
import { RevisionsService } from './revisions.service.js';
import { TypingService } from './typing.service.js';

/** The commands of chat. */
@CommandGateway()
export class ChatGateway {
  constructor(
    private readonly joins: JoinsService,
    private readonly members: MembersService,
    private readonly messages: MessagesService,
    private readonly revisions: RevisionsService,
    private readonly history: HistoryService,
    private readonly markers: ReadMarkersService,
    private readonly typing: TypingService,
  ) {}

  @SubscribeMessage('chat.join')
  join(@ConnectedSocket() session: Session, @MessageBody() dto: JoinDto): Promise<ReplyOf<'chat.join'>> {
    return this.joins.join(session, oneRoomOf(dto), dto);
  }

  @SubscribeMessage('chat.leave')
  async leave(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, quit = false }: LeaveDto,
  ): Promise<ReplyOf<'chat.leave'>> {
    if (quit) {
      await this.members.quit(session, room);
    }
    this.members.leave(session, room);
    return {};
  }

  @SubscribeMessage('chat.send')
  send(@ConnectedSocket() session: Session, @MessageBody() dto: SendDto): Promise<ReplyOf<'chat.send'>> {
    return this.messages.send(session, oneRoomOf(dto), dto);
  }

  @SubscribeMessage('chat.edit')
  edit(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, target, body }: EditDto,
  ): Promise<ReplyOf<'chat.edit'>> {
    return this.revisions.edit(session, room, target, body);
  }

  @SubscribeMessage('chat.delete')
  delete(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, target }: TargetDto,
  ): Promise<ReplyOf<'chat.delete'>> {
    return this.revisions.delete(session, room, target);
  }

  @SubscribeMessage('chat.history')
  async page(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, since, before, limit }: HistoryDto,
  ): Promise<ReplyOf<'chat.history'>> {
    if (since !== undefined && before !== undefined) {
      throw new CommandRefused('validation', { fields: ['since: not together with before'] });
    }
    return { room, ...(await this.history.page(session, room, pageRequest(since, before, limit))) };
  }

  @SubscribeMessage('chat.read')
  read(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, seq }: ReadDto,
  ): Promise<ReplyOf<'chat.read'>> {
    return this.markers.read(session, room, seq);
  }

  @SubscribeMessage('chat.rooms')
  rooms(
    @ConnectedSocket() session: Session,
    @MessageBody() { after, limit }: RoomsDto,
  ): Promise<ReplyOf<'chat.rooms'>> {
    return this.markers.list(session, after, limit);
  }

  @SubscribeMessage('chat.typing')
  async type(
    @ConnectedSocket() session: Session,
    @MessageBody() { room, typing }: TypingDto,
  ): Promise<ReplyOf<'chat.typing'>> {
    if (typing) {
      await this.typing.start(session, room);
    } else {
      this.typing.stop(session, room);
    }
    return {};
  }
}

function pageRequest(
  since?: number,
  before?: number,
  limit?: number,
): { since?: number; before?: number; limit?: number } {
  return {
    ...(since !== undefined && { since }),
    ...(before !== undefined && { before }),
    ...(limit !== undefined && { limit }),
  };
}
