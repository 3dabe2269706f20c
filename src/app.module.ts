import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config.js';
import { MemoryBroker } from './adapters/broker/memory.broker.js';
import { SystemClock } from './adapters/clock/system.clock.js';
import { ReplayFeed } from './adapters/feed/replay.feed.js';
import { SimulatorFeed } from './adapters/feed/simulator.feed.js';
import { AuthModule } from './auth/auth.module.js';
import { AdminModule } from './features/admin/admin.module.js';
import { DemoModule } from './features/demo/demo.module.js';
import { QuotesModule } from './features/quotes/quotes.module.js';
import { UpdatesModule } from './features/updates/updates.module.js';
import { HubModule } from './hub/hub.module.js';
import type { Metrics } from './observability/metrics.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { Broker } from './ports/broker.port.js';
import { Clock } from './ports/clock.port.js';
import { QuoteFeed } from './ports/quote-feed.port.js';
import { TransportModule } from './transport/transport.module.js';

/** Which adapter fills which port: the only place that knows. */
@Global()
@Module({})
class AdaptersModule {
  static register(config: AppConfig): DynamicModule {
    return {
      module: AdaptersModule,
      providers: [
        { provide: AppConfig, useValue: config },
        { provide: Clock, useClass: SystemClock },
        { provide: Broker, useClass: MemoryBroker },
        { provide: QuoteFeed, useFactory: (clock: Clock) => createFeed(config, clock), inject: [Clock] },
      ],
      exports: [AppConfig, Clock, Broker, QuoteFeed],
    };
  }
}

function createFeed({ quotes }: AppConfig, clock: Clock): QuoteFeed {
  const { feed, symbols, seed, intervalMs, replayBarsPerInterval } = quotes;
  return feed.kind === 'simulator'
    ? new SimulatorFeed(symbols, seed, intervalMs, clock)
    : new ReplayFeed(
        { file: feed.file, symbol: symbols[0]!, intervalMs, barsPerInterval: replayBarsPerInterval },
        clock,
      );
}

@Module({})
export class AppModule {
  /** `extensions`: further modules of an application that embeds the gateway. */
  static register(
    config: AppConfig,
    metrics: Metrics,
    extensions: NonNullable<DynamicModule['imports']>,
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        AdaptersModule.register(config),
        ScheduleModule.forRoot(),
        ObservabilityModule.register(metrics),
        HubModule,
        AuthModule,
        TransportModule,
        QuotesModule,
        UpdatesModule,
        AdminModule,
        ...(config.isDemo ? [DemoModule] : []),
        ...extensions,
      ],
    };
  }
}
