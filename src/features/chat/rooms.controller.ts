import {
  Body,
  Controller,
  Delete,
  Get,
  NotFoundException,
  Param,
  Put,
  Query,
  UsePipes,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/scope.guard.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { NewRoomParams, PageQuery, RoomParams, RoomSettingsDto } from './rooms.dto.js';
import { RoomsService } from './rooms.service.js';
import { RoomPageView, RoomView, viewOfRoom } from './rooms.views.js';

@ApiTags('rooms')
@Controller('v1/rooms')
@Authenticated('chat')
@UsePipes(BodyValidationPipe)
export class RoomsController {
  constructor(private readonly rooms: RoomsService) {}

  @Get()
  @ApiOperation({ summary: 'Public and private rooms by name; direct ones are not listed' })
  @ApiOkResponse({ type: RoomPageView })
  async list(@Query() { after, limit }: PageQuery): Promise<RoomPageView> {
    const rooms = await this.rooms.list(after, limit);
    return { rooms: rooms.map(viewOfRoom), next: rooms.length === limit ? rooms.at(-1)!.id : null };
  }

  @Get(':room')
  @ApiOperation({ summary: 'One room' })
  @ApiOkResponse({ type: RoomView })
  async find(@Param() { room: id }: RoomParams): Promise<RoomView> {
    const room = await this.rooms.find(id);
    if (room === undefined) {
      throw new NotFoundException();
    }
    return viewOfRoom(room);
  }

  @Put(':room')
  @Audited('rooms.put')
  @ApiOperation({ summary: 'Make a room, or change its settings' })
  @ApiOkResponse({ type: RoomView })
  async put(@Param() { room: id }: NewRoomParams, @Body() settings: RoomSettingsDto): Promise<RoomView> {
    const { room } = await this.rooms.put(id, settings);
    return viewOfRoom(room);
  }

  @Delete(':room')
  @Audited('rooms.remove')
  @ApiOperation({ summary: 'Remove a room with its messages' })
  async remove(@Param() { room }: NewRoomParams): Promise<{ removed: boolean }> {
    if (!(await this.rooms.remove(room))) {
      throw new NotFoundException();
    }
    return { removed: true };
  }
}
