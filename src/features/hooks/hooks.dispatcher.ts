import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { type HookJob, HookQueue } from '../../ports/hook-queue.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { Webhook, type WebhookOutcome } from '../../ports/webhook.port.js';
import { OfflineCalls } from './offline-calls.js';
import { retryDelayMs } from './retry-schedule.js';

const CHECK_INTERVAL_MS = 500;

/** Jobs worked on at a time. */
const MAX_UNDER_WAY = 8;

/** A job whose node died comes again after this long. */
const LEASE_MS = 60_000;

/** How long the end of the process waits for calls under way. */
const SHUTDOWN_WAIT_MS = 3000;

/** Makes the webhook's calls: takes jobs that are due, tells of those who are offline, tries again what failed. */
@Injectable()
export class HooksDispatcher implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('Hooks');
  private readonly underWay = new Map<string, Promise<void>>();
  private isTaking = false;
  /** The last look at the queue found more than there were hands for. */
  private isBehind = false;
  private isStopped = false;
  private stop: () => void = () => {};
  private startsAtMs = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly queue: HookQueue,
    private readonly offline: OfflineCalls,
    @Inject(Webhook) private readonly webhook: Webhook | undefined,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    if (this.webhook !== undefined) {
      // Whoever the restart cut off has as long to come back as after a message.
      this.startsAtMs = this.clock.monotonicMs() + this.config.webhook.delayMs;
      this.stop = this.clock.every(CHECK_INTERVAL_MS, () => void this.take());
    }
  }

  /** Before the drain: whom it disconnects is not offline. */
  onModuleDestroy(): void {
    this.isStopped = true;
    this.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    this.onModuleDestroy();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, SHUTDOWN_WAIT_MS);
    });
    // What is not done by then is made again after its lease.
    await Promise.race([Promise.all(this.underWay.values()), deadline]);
    clearTimeout(timer);
  }

  private async take(): Promise<void> {
    if (this.isTaking || this.clock.monotonicMs() < this.startsAtMs) {
      return;
    }
    this.isTaking = true;
    try {
      do {
        const free = MAX_UNDER_WAY - this.underWay.size;
        const jobs = free === 0 ? [] : await this.queue.take(this.clock.epochMs(), LEASE_MS, free);
        this.isBehind = jobs.length === free;
        jobs.forEach((job) => this.start(job));
      } while (this.isBehind && !this.isStopped && this.underWay.size < MAX_UNDER_WAY);
    } catch (error) {
      this.logger.warn('the queue of the webhook does not answer yet', stackFramesOf(error));
    } finally {
      this.isTaking = false;
    }
  }

  private start(job: HookJob): void {
    // One that outlived its lease is still in hand, and one taken while the process ends comes again elsewhere.
    if (this.isStopped || this.underWay.has(job.id)) {
      return;
    }
    this.underWay.set(job.id, this.finish(job));
  }

  private async finish(job: HookJob): Promise<void> {
    await this.work(job);
    this.underWay.delete(job.id);
    if (this.isBehind && !this.isStopped) {
      void this.take();
    }
  }

  private async work(job: HookJob): Promise<void> {
    try {
      const outcome = await this.tell(job);
      // The store may be closed by now.
      if (!this.isStopped || outcome !== 'failed') {
        await this.settle(job, outcome);
      }
    } catch (error) {
      this.logger.warn('a job of the webhook waits for the store', stackFramesOf(error));
    }
  }

  /** `nobody`: nobody was left to tell. */
  private async tell(job: HookJob): Promise<WebhookOutcome | 'nobody'> {
    let outcome: WebhookOutcome | 'nobody' = 'nobody';
    try {
      for await (const { id, event } of this.offline.of(job)) {
        if (this.isStopped) {
          return 'failed';
        }
        outcome = await this.webhook!.deliver(id, event);
        if (outcome !== 'delivered') {
          return outcome;
        }
      }
      return outcome;
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        throw error;
      }
      // Counted as an attempt, or the job would come back for ever.
      this.logger.error('a job of the webhook failed', stackFramesOf(error));
      return 'failed';
    }
  }

  private async settle(job: HookJob, outcome: WebhookOutcome | 'nobody'): Promise<void> {
    const delayMs = outcome === 'failed' ? retryDelayMs(job.attempts + 1) : undefined;
    if (delayMs !== undefined) {
      await this.queue.retry(job.id, this.clock.epochMs() + delayMs);
      return;
    }
    await this.queue.remove(job.id);
    if (outcome === 'failed' || outcome === 'gone') {
      const reason = outcome === 'gone' ? 'gone' : 'attempts';
      this.metrics.webhookDropped.inc({ reason });
      this.logger.error(`a job of the webhook was dropped after ${job.attempts + 1} attempts: ${reason}`);
    }
  }
}
