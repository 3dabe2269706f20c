import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../hub/hub.js';
import { PacedFanOut } from '../../hub/paced-fan-out.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { UpdateStore } from '../../ports/update-store.port.js';
import { CommitWindows } from './commit-windows.js';
import { DeliveryRecords } from './delivery-records.js';
import { Recipients } from './recipients.js';
import { UpdateDispatch } from './update-dispatch.js';

const CLAIM_INTERVAL_MS = 500;
const TRIM_INTERVAL_MS = 600_000;

/** Updates claimed in one transaction. */
const CLAIM_SIZE = 20;

const DAY_MS = 86_400_000;

/** Sends scheduled updates when their time has come, and forgets old ones. */
@Injectable()
export class UpdatesSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('UpdatesSchedule');
  private readonly stops: (() => void)[] = [];
  private claiming: Promise<void> | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
    private readonly fanOut: PacedFanOut,
    private readonly store: UpdateStore,
    private readonly dispatch: UpdateDispatch,
    private readonly windows: CommitWindows,
    private readonly records: DeliveryRecords,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.stops.push(
      this.clock.every(CLAIM_INTERVAL_MS, () => this.claim()),
      this.clock.every(TRIM_INTERVAL_MS, () => void this.trim()),
    );
  }

  /** What comes due while connections drain waits for whoever runs next. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stops.forEach((stop) => stop());
    await this.claiming;
  }

  private claim(): void {
    this.claiming ??= this.sendDue()
      .catch((error: unknown) => this.report('sending what is due failed', error))
      .finally(() => (this.claiming = undefined));
  }

  private async sendDue(): Promise<void> {
    for (;;) {
      await this.fanOut.room();
      const window = this.windows.begin();
      try {
        const now = this.clock.epochMs();
        const { updates, webhook } = this.config;
        const due = await this.store.claimDue({
          now,
          limit: CLAIM_SIZE,
          maxInbox: updates.maxInbox,
          notifyAt: webhook.url === undefined ? undefined : now + webhook.delayMs,
        });
        for (const update of due) {
          // Whoever signed in meanwhile is left out, or counted when it gets a kept update.
          const arrived = Array.from(window.arrived, ({ id }) => id);
          const except = { ...update.except, connections: [...update.except.connections, ...arrived] };
          const matched = new Recipients(update.target, except, this.hub).count().connections;
          this.records.add(update.id, { matched });
          await this.dispatch.send(update, window);
        }
        if (due.length < CLAIM_SIZE) {
          return;
        }
      } finally {
        window.close();
      }
    }
  }

  private async trim(): Promise<void> {
    try {
      await this.store.trim(this.clock.epochMs() - this.config.updates.retentionDays * DAY_MS);
    } catch (error) {
      this.report('removing old updates failed', error);
    }
  }

  private report(what: string, error: unknown): void {
    if (error instanceof StoreUnavailable) {
      this.logger.warn(`${what}: the store is unavailable`);
    } else {
      this.logger.error(what, stackFramesOf(error));
    }
  }
}
