import { Injectable } from '@nestjs/common';
import { Broker, type LogPublication, type MergePublication } from '../ports/broker.port.js';

/** The one door through which data enters channels. Resolves when the broker has taken it. */
@Injectable()
export class Publisher {
  constructor(private readonly broker: Broker) {}

  publish(publication: Omit<LogPublication, 'kind'>): Promise<void> {
    return this.broker.publish({ kind: 'log', ...publication });
  }

  publishValues(values: MergePublication['values']): Promise<void> {
    return this.broker.publish({ kind: 'merge', values });
  }
}
