import {
  type DynamicModule,
  type FactoryProvider,
  Global,
  Inject,
  Injectable,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AppConfig } from '../config/app-config.js';
import { MemoryBroker } from './adapters/broker/memory.broker.js';
import { SystemClock } from './adapters/clock/system.clock.js';
import { ReplayFeed } from './adapters/feed/replay.feed.js';
import { SimulatorFeed } from './adapters/feed/simulator.feed.js';
import { AllowAllPolicy } from './adapters/hooks/allow-all.policy.js';
import { HttpPolicy } from './adapters/hooks/http.policy.js';
import { HttpWebhook } from './adapters/hooks/http.webhook.js';
import { openStore } from './adapters/store/open-store.js';
import type { StoreBundle } from './adapters/store/store-bundle.js';
import { AuthModule } from './auth/auth.module.js';
import { AdminModule } from './features/admin/admin.module.js';
import { ChatModule } from './features/chat/chat.module.js';
import { DemoModule } from './features/demo/demo.module.js';
import { HooksModule } from './features/hooks/hooks.module.js';
import { QuotesModule } from './features/quotes/quotes.module.js';
import { UpdatesModule } from './features/updates/updates.module.js';
import { HubModule } from './hub/hub.module.js';
import { Metrics } from './observability/metrics.js';
import { ObservabilityModule } from './observability/observability.module.js';
import { AuditLog } from './ports/audit-log.port.js';
import { Broker } from './ports/broker.port.js';
import { Clock } from './ports/clock.port.js';
import { HookQueue } from './ports/hook-queue.port.js';
import { MessageStore } from './ports/message-store.port.js';
import { PublishPolicy } from './ports/publish-policy.port.js';
import { QuoteFeed } from './ports/quote-feed.port.js';
import { RoomStore } from './ports/room-store.port.js';
import { StoreHealth } from './ports/store-health.port.js';
import { UpdateStore } from './ports/update-store.port.js';
import { Webhook } from './ports/webhook.port.js';
import { TransportModule } from './transport/transport.module.js';

const STORE = Symbol('store');

/** A port that the store fills. */
const fromStore = <Port>(
  port: abstract new () => Port,
  pick: (store: StoreBundle) => Port,
): FactoryProvider => ({ provide: port, useFactory: pick, inject: [STORE] });

/** Closes the store after everybody who may still write to it. */
@Injectable()
class StoreLifecycle implements OnApplicationShutdown {
  constructor(@Inject(STORE) private readonly store: StoreBundle) {}

  onApplicationShutdown(): Promise<void> {
    return this.store.close();
  }
}

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
        {
          provide: STORE,
          useFactory: (metrics: Metrics) => openStore(config.store, () => metrics.storeRetries.inc()),
          inject: [Metrics],
        },
        StoreLifecycle,
        fromStore(RoomStore, ({ rooms }) => rooms),
        fromStore(MessageStore, ({ messages }) => messages),
        fromStore(UpdateStore, ({ updates }) => updates),
        fromStore(AuditLog, ({ audit }) => audit),
        fromStore(HookQueue, ({ hooks }) => hooks),
        fromStore(StoreHealth, ({ health }) => health),
        {
          provide: PublishPolicy,
          useFactory: (clock: Clock, metrics: Metrics) =>
            config.chat.policy.url === undefined
              ? new AllowAllPolicy()
              : HttpPolicy.create(config, clock, metrics),
          inject: [Clock, Metrics],
        },
        {
          provide: Webhook,
          useFactory: (clock: Clock, metrics: Metrics) =>
            config.webhook.url === undefined ? undefined : HttpWebhook.create(config, clock, metrics),
          inject: [Clock, Metrics],
        },
        { provide: QuoteFeed, useFactory: (clock: Clock) => createFeed(config, clock), inject: [Clock] },
      ],
      exports: [
        AppConfig,
        AuditLog,
        Clock,
        HookQueue,
        UpdateStore,
        Broker,
        MessageStore,
        PublishPolicy,
        QuoteFeed,
        RoomStore,
        StoreHealth,
        Webhook,
      ],
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
        ChatModule,
        UpdatesModule,
        HooksModule,
        AdminModule,
        ...(config.isDemo ? [DemoModule] : []),
        ...extensions,
      ],
    };
  }
}
