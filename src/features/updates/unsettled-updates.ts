import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UnsettledWrites } from '../../hub/unsettled-writes.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { type OutgoingUpdate, UpdateStore } from '../../ports/update-store.port.js';
import { CommitWindows } from './commit-windows.js';
import { UpdateDispatch } from './update-dispatch.js';

/** Beyond it those connected get an inbox update when they next connect, and a live one not at all. */
const MAX_UNSETTLED = 1000;

/**
 * Updates whose commit was under way when the store was lost. The caller got no answer; if the commit happened after
 * all, those connected still have to get them, and once.
 */
@Injectable()
export class UnsettledUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly updates: UnsettledWrites<OutgoingUpdate>;

  constructor(
    private readonly store: UpdateStore,
    private readonly dispatch: UpdateDispatch,
    private readonly windows: CommitWindows,
    clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.updates = new UnsettledWrites(UnsettledUpdates.name, clock, MAX_UNSETTLED, (update) =>
      this.lookUp(update),
    );
  }

  onApplicationBootstrap(): void {
    this.updates.start();
  }

  onApplicationShutdown(): void {
    this.updates.stop();
  }

  add(update: OutgoingUpdate): void {
    this.metrics.updatesUnsettled.inc();
    this.updates.add(update.id, update);
  }

  private async lookUp(update: OutgoingUpdate): Promise<boolean> {
    const window = this.windows.begin();
    try {
      const record = await this.store.find(update.id);
      // Taken before it is sent: an error while sending must not send it again.
      if (record !== undefined && this.updates.take(update.id) && record.state === 'sent') {
        await this.dispatch.send(update, window);
      }
      return record !== undefined;
    } finally {
      window.close();
    }
  }
}
