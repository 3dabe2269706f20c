import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  Req,
  UsePipes,
} from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, type AuthenticatedRequest } from '../../auth/scope.guard.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import type { UpdateReport } from './update-ledger.js';
import { BroadcastDto, UpdateDto } from './updates.dto.js';
import { type UpdateRequest, type UpdateResult, UpdatesService } from './updates.service.js';

const MAX_KEY_LENGTH = 128;

interface UpdateAnswer extends UpdateResult {
  /** The answer of an earlier request with the same Idempotency-Key. */
  readonly duplicate: boolean;
}

@ApiTags('updates')
@Controller('v1')
@Authenticated('broadcast')
@UsePipes(BodyValidationPipe)
export class UpdatesController {
  constructor(
    private readonly updates: UpdatesService,
    private readonly idempotency: IdempotencyKeys,
  ) {}

  @Post('broadcast')
  @HttpCode(202)
  @ApiOperation({ summary: 'Push to everybody who is connected' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiAcceptedResponse({ description: '`{updateId, matched: {users, connections}, duplicate, dryRun}`' })
  broadcast(
    @Body() body: BroadcastDto,
    @Req() request: AuthenticatedRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<UpdateAnswer> {
    const { event, data, except } = body;
    const update = { target: { all: true as const }, event, data, ...(except !== undefined && { except }) };
    return this.send(update, request, 'broadcast', key);
  }

  @Post('updates')
  @HttpCode(202)
  @ApiOperation({ summary: 'Push to everybody or to named users, on all their devices' })
  @ApiHeader({ name: 'Idempotency-Key', required: false })
  @ApiAcceptedResponse({ description: '`{updateId, matched: {users, connections}, duplicate, dryRun}`' })
  update(
    @Body() body: UpdateDto,
    @Req() request: AuthenticatedRequest,
    @Headers('idempotency-key') key?: string,
  ): Promise<UpdateAnswer> {
    return this.send(body, request, 'updates', key ?? body.idempotencyKey);
  }

  @Get('updates/:id')
  @ApiOperation({ summary: 'What became of an update: matched and acknowledged' })
  report(@Param('id') id: string): UpdateReport {
    const report = this.updates.report(id);
    if (report === undefined) {
      throw new NotFoundException();
    }
    return report;
  }

  private async send(
    update: UpdateRequest,
    { principal }: AuthenticatedRequest,
    route: string,
    key: string | undefined,
  ): Promise<UpdateAnswer> {
    if (key === undefined) {
      return { ...(await this.updates.sendDemandUpdates(update)), duplicate: false };
    }
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw new BadRequestException(`An Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`);
    }
    const caller = `${route}\n${principal!.userId}`;
    const { result, isRepeated } = await this.idempotency.once(caller, key, update, () =>
      this.updates.sendDemandUpdates(update),
    );
    return { ...result, duplicate: isRepeated };
  }
}
