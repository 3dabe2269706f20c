import { type INestApplication, Logger } from '@nestjs/common';
import { DrainState } from './transport/drain-state.js';

/** How long a process that met an unexpected error may take to say goodbye. */
const FATAL_DRAIN_MS = 5000;

/**
 * SIGTERM and SIGINT drain and end with 0, a second one ends at once with 1. Instead of Nest's own shutdown hooks,
 * which end with the signal and leave a second one waiting for the first.
 */
export function closeOnSignals(app: INestApplication): void {
  const logger = new Logger('Shutdown');
  let isClosing = false;
  const close = (exitCode: number): void => {
    if (isClosing) {
      process.exit(1);
    }
    isClosing = true;
    app.close().then(
      () => process.exit(exitCode),
      (error: unknown) => {
        logger.error(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => close(0));
  process.on('SIGINT', () => close(0));
  const fail = (error: unknown): void => {
    logger.fatal(error);
    app.get(DrainState).hurry();
    setTimeout(() => process.exit(1), FATAL_DRAIN_MS).unref();
    if (!isClosing) {
      close(1);
    }
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
}
