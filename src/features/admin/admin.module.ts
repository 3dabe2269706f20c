import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { ConnectionsController } from './connections.controller.js';
import { ConnectionsService } from './connections.service.js';

@Module({ controllers: [AuditController, ConnectionsController], providers: [ConnectionsService] })
export class AdminModule {}
