import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Put,
  Query,
  Req,
  UsePipes,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, type AuthenticatedRequest } from '../../auth/scope.guard.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { type MemberOrder, MembersService } from './members.service.js';
import { KickDto, MemberDto, MemberParams, PageQuery, RoomParams, SanctionDto } from './rooms.dto.js';
import { MemberPageView, MemberView, viewOfMember } from './rooms.views.js';

/** Members of rooms, and moderation by the back office. All of it acts on live sockets at once. */
@ApiTags('rooms')
@Controller('v1/rooms/:room/members')
@Authenticated('chat')
@UsePipes(BodyValidationPipe)
export class MembersController {
  constructor(
    private readonly members: MembersService,
    private readonly rooms: RoomStore,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Active members by name' })
  @ApiOkResponse({ type: MemberPageView })
  async list(@Param() { room }: RoomParams, @Query() { after, limit }: PageQuery): Promise<MemberPageView> {
    const members = await this.rooms.members(room, after, limit);
    if (members === undefined) {
      throw new NotFoundException();
    }
    return {
      members: members.map(viewOfMember),
      next: members.length === limit ? members.at(-1)!.user : null,
    };
  }

  @Put(':user')
  @Audited('members.put')
  @ApiOperation({ summary: 'Add a member, or change the role of one' })
  @ApiOkResponse({ type: MemberView })
  async put(
    @Param() params: MemberParams,
    @Body() { role }: MemberDto,
    @Req() request: AuthenticatedRequest,
  ): Promise<MemberView> {
    const known = await this.rooms.member(params.room, params.user);
    return await this.order(request, params, { role, action: known?.isActive === true ? 'role' : 'added' });
  }

  @Delete(':user')
  @Audited('members.remove')
  @ApiOperation({ summary: 'Remove a member' })
  @ApiOkResponse({ type: MemberView })
  remove(@Param() params: MemberParams, @Req() request: AuthenticatedRequest): Promise<MemberView> {
    return this.order(request, params, { action: 'removed' });
  }

  @Post(':user/kick')
  @HttpCode(200)
  @Audited('members.kick')
  @ApiOperation({ summary: 'Put a member out; a public room takes them back' })
  @ApiOkResponse({ type: MemberView })
  kick(
    @Param() params: MemberParams,
    @Body() { reason }: KickDto,
    @Req() request: AuthenticatedRequest,
  ): Promise<MemberView> {
    return this.order(request, params, { action: 'kicked', reason });
  }

  @Put(':user/mute')
  @Audited('members.mute')
  @ApiOperation({ summary: 'Let a member read but not write' })
  @ApiOkResponse({ type: MemberView })
  mute(
    @Param() params: MemberParams,
    @Body() { forSeconds, reason }: SanctionDto,
    @Req() request: AuthenticatedRequest,
  ): Promise<MemberView> {
    return this.order(request, params, { action: 'muted', forSeconds, reason });
  }

  @Delete(':user/mute')
  @Audited('members.unmute')
  @ApiOperation({ summary: 'Lift a mute' })
  @ApiOkResponse({ type: MemberView })
  unmute(@Param() params: MemberParams, @Req() request: AuthenticatedRequest): Promise<MemberView> {
    return this.order(request, params, { action: 'unmuted' });
  }

  @Put(':user/ban')
  @Audited('members.ban')
  @ApiOperation({ summary: 'Put a user out and keep them out' })
  @ApiOkResponse({ type: MemberView })
  ban(
    @Param() params: MemberParams,
    @Body() { forSeconds, reason }: SanctionDto,
    @Req() request: AuthenticatedRequest,
  ): Promise<MemberView> {
    return this.order(request, params, { action: 'banned', forSeconds, reason });
  }

  @Delete(':user/ban')
  @Audited('members.unban')
  @ApiOperation({ summary: 'Lift a ban' })
  @ApiOkResponse({ type: MemberView })
  unban(@Param() params: MemberParams, @Req() request: AuthenticatedRequest): Promise<MemberView> {
    return this.order(request, params, { action: 'unbanned' });
  }

  private async order(
    { principal }: AuthenticatedRequest,
    { room, user }: MemberParams,
    what: Omit<MemberOrder, 'room' | 'user'>,
  ): Promise<MemberView> {
    const changed = await this.members.administer({ room, user, ...what }, principal!.userId);
    if (changed === undefined) {
      throw new NotFoundException();
    }
    return viewOfMember(changed.member);
  }
}
