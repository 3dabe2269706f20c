import { Injectable, Logger } from '@nestjs/common';
import { stackFramesOf } from '../observability/stack-frames.js';
import { Broker, type LogPublication, type MergePublication } from '../ports/broker.port.js';

/** The one door through which data enters channels. Resolves when the broker has taken it. */
@Injectable()
export class Publisher {
  private readonly logger = new Logger('Publisher');

  constructor(private readonly broker: Broker) {}

  publish(publication: Omit<LogPublication, 'kind'>): Promise<void> {
    return this.broker.publish({ kind: 'log', ...publication });
  }

  /** For what nobody waits for: a failure is logged, and that is all. */
  publishSoon(publication: Omit<LogPublication, 'kind'>): void {
    this.publish(publication).catch((error: unknown) =>
      this.logger.error('publishing failed', stackFramesOf(error)),
    );
  }

  publishValues(values: MergePublication['values']): Promise<void> {
    return this.broker.publish({ kind: 'merge', values });
  }
}
