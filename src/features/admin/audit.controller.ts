import { Controller, Get, Query, UsePipes } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated } from '../../auth/scope.guard.js';
import { AuditLog } from '../../ports/audit-log.port.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { AuditPageView, AuditQueryDto } from './audit.dto.js';

@ApiTags('audit')
@Controller('v1/audit')
@Authenticated('audit')
@UsePipes(BodyValidationPipe)
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Get()
  @ApiOperation({ summary: 'What the back office did, newest first' })
  @ApiOkResponse({ type: AuditPageView })
  async list(@Query() { before, actor, action, limit }: AuditQueryDto): Promise<AuditPageView> {
    const entries = await this.log.list({ before, actor, action, limit });
    return { entries, next: entries.length === limit ? entries.at(-1)!.id : null };
  }
}
