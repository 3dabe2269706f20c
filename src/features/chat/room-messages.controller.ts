import { randomUUID } from 'node:crypto';
import {
  BadRequestException,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Query,
  Req,
  UsePipes,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, type AuthenticatedRequest } from '../../auth/scope.guard.js';
import { RoomStore } from '../../ports/room-store.port.js';
import type { RoomPage, SendReply } from '../../protocol/chat.js';
import type { EntryReply } from '../../protocol/commands.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { HistoryService } from './history.service.js';
import { MessagesService } from './messages.service.js';
import { RevisionsService } from './revisions.service.js';
import { HistoryQuery, MessageParams, RoomParams, SystemMessageDto } from './rooms.dto.js';

/** Messages of rooms for the back office. */
@ApiTags('rooms')
@Controller('v1/rooms/:room/messages')
@Authenticated('chat')
@UsePipes(BodyValidationPipe)
export class RoomMessagesController {
  constructor(
    private readonly messages: MessagesService,
    private readonly revisions: RevisionsService,
    private readonly history: HistoryService,
    private readonly rooms: RoomStore,
  ) {}

  @Post()
  @HttpCode(201)
  @Audited('messages.send')
  @ApiOperation({ summary: 'A message by the caller, who need not be a member' })
  @ApiOkResponse({ description: '`{room, seq, id, time, duplicate}`' })
  async send(
    @Param() { room }: RoomParams,
    @Body() { body, clientMsgId = randomUUID(), meta }: SystemMessageDto,
    @Req() { principal }: AuthenticatedRequest,
  ): Promise<SendReply> {
    if ((await this.rooms.find(room)) === undefined) {
      throw new NotFoundException();
    }
    const data = { clientMsgId, body, ...(meta !== undefined && { meta }) };
    return await this.messages.sendAsSystem(room, principal!.userId, data);
  }

  @Get()
  @ApiOperation({
    summary: 'A stretch of the room, oldest first: after `since`, before `before`, or the newest',
  })
  @ApiOkResponse({ description: '`{room, epoch, first, head, more, messages[]}`' })
  async page(
    @Param() { room }: RoomParams,
    @Query() query: HistoryQuery,
  ): Promise<RoomPage & { room: string; epoch: number }> {
    if (query.since !== undefined && query.before !== undefined) {
      throw new BadRequestException('since and before do not go together.');
    }
    const page = await this.history.pageAsSystem(room, query);
    if (page === undefined) {
      throw new NotFoundException();
    }
    return { room, ...page };
  }

  @Delete(':seq')
  @Audited('messages.delete')
  @ApiOperation({ summary: 'Turn a message into a tombstone' })
  delete(
    @Param() { room, seq }: MessageParams,
    @Req() { principal }: AuthenticatedRequest,
  ): Promise<EntryReply> {
    return this.revisions.deleteAsSystem(room, seq, principal!.userId);
  }
}
