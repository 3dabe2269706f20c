import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.js';

@Global()
@Module({})
export class ObservabilityModule {
  /** The metrics exist before the application: its HTTP server counts from the first byte. */
  static register(metrics: Metrics): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [{ provide: Metrics, useValue: metrics }],
      exports: [Metrics],
    };
  }
}
