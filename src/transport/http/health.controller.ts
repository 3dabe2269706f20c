import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { DrainState } from '../drain-state.js';

/** For orchestrators: liveness asks nobody, readiness tells whether new clients should come here. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(private readonly drain: DrainState) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): { status: 'ok' } {
    if (this.drain.isDraining) {
      throw new ServiceUnavailableException('draining');
    }
    return { status: 'ok' };
  }
}
