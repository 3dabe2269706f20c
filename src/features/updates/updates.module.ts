import { Module } from '@nestjs/common';
import { CommitWindows } from './commit-windows.js';
import { DeliveryRecords } from './delivery-records.js';
import { PendingPages } from './pending-pages.js';
import { Redelivery } from './redelivery.js';
import { UnsettledUpdates } from './unsettled-updates.js';
import { UpdateAcks } from './update-acks.js';
import { UpdateDispatch } from './update-dispatch.js';
import { UpdateIds } from './update-ids.js';
import { UpdateReportsController } from './update-reports.controller.js';
import { UpdateReports } from './update-reports.js';
import { UpdatesController } from './updates.controller.js';
import { UpdatesGateway } from './updates.gateway.js';
import { UpdatesSchedule } from './updates.schedule.js';
import { UpdatesService } from './updates.service.js';

@Module({
  controllers: [UpdatesController, UpdateReportsController],
  providers: [
    CommitWindows,
    DeliveryRecords,
    PendingPages,
    Redelivery,
    UnsettledUpdates,
    UpdateAcks,
    UpdateDispatch,
    UpdateIds,
    UpdateReports,
    UpdatesGateway,
    UpdatesSchedule,
    UpdatesService,
  ],
  exports: [UpdatesService],
})
export class UpdatesModule {}
