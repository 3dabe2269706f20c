import { Module } from '@nestjs/common';
import { IdempotencyKeys } from './idempotency-keys.js';
import { UpdateLedger } from './update-ledger.js';
import { UpdatesController } from './updates.controller.js';
import { UpdatesGateway } from './updates.gateway.js';
import { UpdatesService } from './updates.service.js';

@Module({
  controllers: [UpdatesController],
  providers: [UpdatesService, UpdateLedger, IdempotencyKeys, UpdatesGateway],
})
export class UpdatesModule {}
