import { ConsoleLogger, type LoggerService, type LogLevel } from '@nestjs/common';
import { pino } from 'pino';
import type { AppConfig } from '../../config/app-config.js';
import { JsonLogger } from './json-logger.js';
import type { Metrics } from './metrics.js';

/** Bytes of log lines kept while the sink is blocked; beyond it lines are dropped and counted. */
const MAX_BUFFERED_BYTES = 1_048_576;

/** What Nest says of its own start: a screenful that hides our four lines. Shown with `LOG_LEVEL=debug`. */
const STARTUP_CONTEXTS = new Set([
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'WebSocketsController',
]);

const LEVELS: readonly LogLevel[] = ['fatal', 'error', 'warn', 'log', 'debug'];

/** JSON lines in production, Nest's readable lines elsewhere. */
export function createLogger(config: AppConfig, metrics: Metrics): LoggerService {
  if (!config.isProduction) {
    const level = config.logLevel === 'info' ? 'log' : (config.logLevel as LogLevel);
    return new QuietConsoleLogger({ logLevels: LEVELS.slice(0, LEVELS.indexOf(level) + 1) });
  }
  const destination = pino.destination({ dest: 1, sync: false, maxLength: MAX_BUFFERED_BYTES });
  destination.on('drop', () => metrics.logsDropped.inc());
  // A closed pipe (`| head`) must not end the gateway.
  destination.on('error', () => metrics.logsDropped.inc());
  return new JsonLogger(config.logLevel, destination);
}

class QuietConsoleLogger extends ConsoleLogger {
  override log(message: unknown, ...params: unknown[]): void {
    if (this.isLevelEnabled('debug') || !STARTUP_CONTEXTS.has(String(params.at(-1)))) {
      super.log(message, ...(params as [string]));
    }
  }
}
