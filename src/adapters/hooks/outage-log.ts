import { Logger } from '@nestjs/common';
import type { CallFailed, FailureReason } from './call-failed.js';

/** Says once that calls fail, again when they fail for another reason, and when they work again. */
export class OutageLog {
  private readonly logger: Logger;
  private reason: FailureReason | undefined;

  constructor(name: string) {
    this.logger = new Logger(name);
  }

  failed(error: CallFailed): void {
    if (this.reason !== error.reason) {
      this.reason = error.reason;
      this.logger.warn(`Calls fail: ${error.message}`);
    }
  }

  succeeded(): void {
    if (this.reason !== undefined) {
      this.reason = undefined;
      this.logger.log('Calls work again');
    }
  }
}
