import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { AppConfig } from '../../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { QuotesService } from './quotes.service.js';

/** Pushes quotes every `QUOTES_INTERVAL_MS`. In Nest's registry, so that an application can find and stop it. */
@Injectable()
export class QuotesSchedule implements OnApplicationBootstrap {
  static readonly intervalName = 'quotes.push';

  private pushedAtMs = 0;

  constructor(
    private readonly config: AppConfig,
    private readonly quotes: QuotesService,
    private readonly registry: SchedulerRegistry,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const { intervalMs } = this.config.quotes;
    this.pushedAtMs = this.clock.monotonicMs();
    this.registry.addInterval(
      QuotesSchedule.intervalName,
      setInterval(() => this.run(), intervalMs),
    );
  }

  /** Node never runs a late interval twice: what the process slept through is counted, and one push catches up. */
  private run(): void {
    const nowMs = this.clock.monotonicMs();
    const skipped = Math.floor((nowMs - this.pushedAtMs) / this.config.quotes.intervalMs) - 1;
    this.pushedAtMs = nowMs;
    if (skipped > 0) {
      this.metrics.scheduleSkipped.inc(skipped);
    }
    this.quotes.push();
  }
}
