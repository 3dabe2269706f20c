import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { type OutgoingUpdate, UpdateStore } from '../../ports/update-store.port.js';
import { CommitWindows } from './commit-windows.js';
import { UpdateDispatch } from './update-dispatch.js';

const CHECK_INTERVAL_MS = 500;

/** A commit that has not shown by then was rolled back. */
const GIVE_UP_MS = 60_000;

const MAX_UNSETTLED = 1000;

/**
 * Updates whose commit was under way when the store was lost. The caller got no answer; if the commit happened after
 * all, those connected still have to get them, and once.
 */
@Injectable()
export class UnsettledUpdates implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('UnsettledUpdates');
  private readonly updates = new Map<string, { readonly update: OutgoingUpdate; readonly sinceMs: number }>();
  private isChecking = false;
  private stop: () => void = () => {};

  constructor(
    private readonly store: UpdateStore,
    private readonly dispatch: UpdateDispatch,
    private readonly windows: CommitWindows,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(CHECK_INTERVAL_MS, () => void this.check());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  add(update: OutgoingUpdate): void {
    this.metrics.updatesUnsettled.inc();
    if (this.updates.size < MAX_UNSETTLED) {
      this.updates.set(update.id, { update, sinceMs: this.clock.monotonicMs() });
    }
  }

  private async check(): Promise<void> {
    if (this.isChecking || this.updates.size === 0) {
      return;
    }
    this.isChecking = true;
    const window = this.windows.begin();
    try {
      for (const [id, { update, sinceMs }] of this.updates) {
        const record = await this.store.find(id);
        if (record !== undefined || this.clock.monotonicMs() - sinceMs > GIVE_UP_MS) {
          this.updates.delete(id);
        }
        if (record?.state === 'sent') {
          await this.dispatch.send(update, window);
        }
      }
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) {
        this.logger.error('an unsettled update failed', stackFramesOf(error));
      }
    } finally {
      window.close();
      this.isChecking = false;
    }
  }
}
