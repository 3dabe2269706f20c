import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DeliveryReceipts } from '../../hub/delivery-receipts.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { type DeliveryRecord, UpdateStore } from '../../ports/update-store.port.js';

const WRITE_INTERVAL_MS = 500;

/** Devices remembered while the store is away. */
const MAX_REACHED = 100_000;

type Counts = Omit<DeliveryRecord['counts'][number], 'updateId'>;

/** What became of updates, gathered in memory and written a few times a second. */
@Injectable()
export class DeliveryRecords implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('DeliveryRecords');
  private counts = new Map<string, Counts>();
  private reached: DeliveryRecord['reached'][number][] = [];
  private writing: Promise<void> = Promise.resolve();
  private stop: () => void = () => {};

  constructor(
    private readonly store: UpdateStore,
    private readonly receipts: DeliveryReceipts,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    receipts.subscribe((updateId, counts) => {
      this.add(updateId, counts);
      this.metrics.updatesUndelivered.inc({ reason: 'slow' }, counts.droppedSlow);
      this.metrics.updatesUndelivered.inc({ reason: 'expired' }, counts.expired);
    });
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(WRITE_INTERVAL_MS, () => {
      this.write().catch((error: unknown) => this.logger.warn(`not written yet: ${nameOf(error)}`));
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stop();
    this.receipts.report();
    await this.write().catch((error: unknown) => this.logger.warn(`counts are lost: ${nameOf(error)}`));
  }

  add(updateId: string, more: Partial<Counts>): void {
    const { matched, written, droppedSlow, expired } = this.counts.get(updateId) ?? NOTHING;
    this.counts.set(updateId, {
      matched: matched + (more.matched ?? 0),
      written: written + (more.written ?? 0),
      droppedSlow: droppedSlow + (more.droppedSlow ?? 0),
      expired: expired + (more.expired ?? 0),
    });
  }

  /** The session's device is given a kept update. */
  reach(updateId: string, { id, deviceId, principal }: Session): void {
    if (this.reached.length < MAX_REACHED) {
      // A device without a name of its own does not come back: nobody will ask for it.
      const name = deviceId === id ? undefined : deviceId;
      this.reached.push({ updateId, user: principal!.userId, deviceId: name });
    }
  }

  /** Writes what there is. Throws `StoreUnavailable`, and keeps it for the next time. */
  write(): Promise<void> {
    const next = this.writing.catch(() => {}).then(() => this.writeAll());
    this.writing = next;
    return next;
  }

  private async writeAll(): Promise<void> {
    if (this.counts.size + this.reached.length === 0) {
      return;
    }
    const { counts, reached } = this;
    this.counts = new Map();
    this.reached = [];
    try {
      await this.store.record({
        counts: Array.from(counts, ([updateId, more]) => ({ updateId, ...more })),
        reached,
        time: this.clock.epochMs(),
      });
    } catch (error) {
      // Counted once at most: what may have been committed is not added again.
      if (error instanceof StoreUnavailable && !error.isOutcomeUnknown) {
        counts.forEach((more, updateId) => this.add(updateId, more));
        this.reached = [...reached, ...this.reached];
      }
      throw error;
    }
  }
}

const NOTHING: Counts = { matched: 0, written: 0, droppedSlow: 0, expired: 0 };

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'unknown');
