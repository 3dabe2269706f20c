import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { StoreHealth } from '../../ports/store-health.port.js';
import { DrainState } from '../drain-state.js';

/** For orchestrators: liveness asks nobody, readiness tells whether new clients should come here. */
@ApiExcludeController()
@Controller('health')
export class HealthController {
  constructor(
    private readonly drain: DrainState,
    private readonly store: StoreHealth,
  ) {}

  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /**
   * A store that went away does not take the node out of service: quotes flow on, and every other node misses the same
   * store. One that was never there does: this node has nothing to offer yet.
   */
  @Get('ready')
  async ready(): Promise<{ status: 'ok' | 'degraded'; store: string }> {
    if (this.drain.isDraining) {
      throw new ServiceUnavailableException('draining');
    }
    const store = await this.store.check();
    if (store === 'starting') {
      throw new ServiceUnavailableException('the store has not answered yet');
    }
    return { status: store === 'up' ? 'ok' : 'degraded', store };
  }
}
