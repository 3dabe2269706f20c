import { Controller, Delete, Get, NotFoundException, Param, Query, Req, UsePipes } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Authenticated, type AuthenticatedRequest } from '../../auth/scope.guard.js';
import { Audited } from '../../transport/http/audited.decorator.js';
import { BodyValidationPipe } from '../../transport/http/body-validation.pipe.js';
import { UPDATE_ID } from './update-ids.js';
import { UpdatePageQuery, UserPageQuery } from './update-reports.dto.js';
import { UpdateReports } from './update-reports.js';
import { checkMayTarget } from './update-scopes.js';
import { UpdatesService } from './updates.service.js';
import { UpdatePageView, UpdateReport, UpdateReportView } from './updates.views.js';

/** Reports need the scope that sending the update needs. */
@ApiTags('updates')
@Controller('v1/updates')
@Authenticated()
@UsePipes(BodyValidationPipe)
export class UpdateReportsController {
  constructor(
    private readonly reports: UpdateReports,
    private readonly updates: UpdatesService,
  ) {}

  @Get()
  @Authenticated('broadcast')
  @ApiOperation({ summary: 'Updates and what became of them, newest first' })
  @ApiOkResponse({ type: UpdatePageView })
  list(@Query() { before, limit }: UpdatePageQuery): Promise<UpdatePageView> {
    return this.reports.list(before, limit);
  }

  @Get(':id')
  @ApiOperation({ summary: 'What became of an update' })
  @ApiOkResponse({ type: UpdateReportView })
  @ApiNotFoundResponse({ description: 'Unknown, or older than reports are kept' })
  async report(
    @Param('id') id: string,
    @Query() { perUser, after, limit }: UserPageQuery,
    @Req() request: AuthenticatedRequest,
  ): Promise<UpdateReportView> {
    const report = await this.find(id, request);
    return perUser === 'true' ? Object.assign(report, await this.reports.users(id, after, limit)) : report;
  }

  @Delete(':id')
  @Audited('updates.cancel')
  @ApiOperation({ summary: 'Cancel: what is not written yet is dropped, the rest stays counted' })
  @ApiOkResponse({ type: UpdateReport, description: 'The report afterwards; `done` when it came too late' })
  @ApiNotFoundResponse({ description: 'Unknown, or older than reports are kept' })
  async cancel(@Param('id') id: string, @Req() request: AuthenticatedRequest): Promise<UpdateReport> {
    const { state } = await this.find(id, request);
    if (state === 'scheduled' || state === 'sending') {
      await this.updates.cancel(id);
    }
    return this.find(id, request);
  }

  private async find(id: string, { principal }: AuthenticatedRequest): Promise<UpdateReport> {
    const report = UPDATE_ID.test(id) ? await this.reports.report(id) : undefined;
    if (report === undefined) {
      throw new NotFoundException();
    }
    checkMayTarget(principal!, report.target);
    return report;
  }
}
