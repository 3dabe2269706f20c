import {
  BadRequestException,
  Body,
  Controller,
  Headers,
  HttpCode,
  Post,
  Req,
  UsePipes,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, type AuthenticatedRequest } from '../../auth/scope.guard.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { targetKindOf, type UpdateRequest } from './plan-update.js';
import { checkMayTarget } from './update-scopes.js';
import { BroadcastDto, UpdateDto } from './updates.dto.js';
import { type UpdateResult, UpdatesService } from './updates.service.js';
import { UpdateResultView } from './updates.views.js';

const MAX_KEY_LENGTH = 128;

@ApiTags('updates')
@Controller('v1')
@UsePipes(BodyValidationPipe)
export class UpdatesController {
  constructor(private readonly updates: UpdatesService) {}

  @Post('broadcast')
  @HttpCode(202)
  @Authenticated('broadcast')
  @Audited('updates.broadcast')
  @ApiOperation({ summary: 'Push to everybody who is connected' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiAcceptedResponse({ type: UpdateResultView })
  broadcast(
    @Body() { event, data, except }: BroadcastDto,
    @Req() request: AuthenticatedRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<UpdateResult> {
    const update = { target: { all: true as const }, event, data, ...(except !== undefined && { except }) };
    return this.send(update, request, 'broadcast', key);
  }

  @Post('updates')
  @HttpCode(202)
  @Authenticated()
  @Audited('updates.send')
  @ApiOperation({
    summary: 'Push to everybody, to named users or to an audience, on all their devices',
    description:
      'Needs the scope `broadcast`; `broadcast:audience` allows audiences and named users, `broadcast:users` the latter.',
  })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiAcceptedResponse({ type: UpdateResultView })
  update(
    @Body() { idempotencyKey, ...update }: UpdateDto,
    @Req() request: AuthenticatedRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<UpdateResult> {
    checkMayTarget(request.principal!, targetKindOf(update.target));
    return this.send(update, request, 'updates', key ?? idempotencyKey);
  }

  private send(
    update: UpdateRequest,
    request: AuthenticatedRequest,
    route: string,
    key: string | undefined,
  ): Promise<UpdateResult> {
    const { all, users } = update.target;
    request.auditTarget =
      users === undefined ? (all === true ? { all } : { audience: true }) : { users: users.length };
    if (key === undefined) {
      return this.updates.sendDemandUpdates(update);
    }
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw new BadRequestException(`An Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`);
    }
    return this.updates.sendDemandUpdates(update, { caller: request.principal!.userId, route, key });
  }
}
