import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../ports/clock.port.js';

const WINDOW_MS = 10_000;

interface Window {
  readonly startedAtMs: number;
  suppressed: number;
}

/**
 * Says in the log what was refused, at most once in ten seconds a reason: a flood of refusals must not become a flood
 * of lines. The metrics count all of them.
 */
@Injectable()
export class RefusalLog {
  private readonly logger = new Logger('Refusals');
  private readonly windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** `reason` is one of our own words; `detail` an id or an address, never anything a client wrote. */
  warn(what: string, reason: string, detail: string): void {
    const key = `${what} ${reason}`;
    const nowMs = this.clock.monotonicMs();
    const window = this.windows.get(key);
    if (window !== undefined && nowMs - window.startedAtMs < WINDOW_MS) {
      window.suppressed += 1;
      return;
    }
    const more =
      window !== undefined && window.suppressed > 0 ? ` (and ${window.suppressed} more since)` : '';
    this.windows.set(key, { startedAtMs: nowMs, suppressed: 0 });
    this.logger.warn(`${key}: ${detail}${more}`);
  }
}
