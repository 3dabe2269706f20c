import { Global, Module } from '@nestjs/common';
import { ClientAddress } from './client-address.js';
import { CodecRegistry } from './codec/codec-registry.js';
import { DrainService } from './drain.service.js';
import { DrainState } from './drain-state.js';
import { AuditTrail } from './http/audit-trail.js';
import { HealthController } from './http/health.controller.js';
import { MetricsController } from './http/metrics.controller.js';
import { RefusalLog } from './refusal-log.js';
import { CommandLoop } from './ws/command-loop.js';
import { ConnectionLimits } from './ws/connection-limits.js';
import { ConnectionOpener } from './ws/connection-opener.js';
import { ConnectionRegistry } from './ws/connection-registry.js';
import { GatewayBindings } from './ws/gateway-bindings.js';
import { HandshakeAuthenticator } from './ws/handshake-authenticator.js';
import { OriginPolicy } from './ws/origin.policy.js';
import { PushEndpoints } from './ws/push-endpoints.js';
import { SessionAuthenticator } from './ws/session-authenticator.js';
import { SessionGateway } from './ws/session.gateway.js';
import { SessionSweeper } from './ws/session-sweeper.js';
import { UpgradeDispatcher } from './ws/upgrade.dispatcher.js';

@Global()
@Module({
  controllers: [HealthController, MetricsController],
  providers: [
    AuditTrail,
    ClientAddress,
    CodecRegistry,
    CommandLoop,
    ConnectionLimits,
    ConnectionOpener,
    ConnectionRegistry,
    DrainService,
    DrainState,
    GatewayBindings,
    HandshakeAuthenticator,
    OriginPolicy,
    PushEndpoints,
    RefusalLog,
    SessionAuthenticator,
    SessionGateway,
    SessionSweeper,
    UpgradeDispatcher,
  ],
  exports: [PushEndpoints],
})
export class TransportModule {}
