import { Broker, type Publication } from '../../ports/broker.port.js';

/** The broker of a single node: a publication is received before `publish` returns. */
export class MemoryBroker extends Broker {
  private receiver: (publication: Publication) => void = () => {};

  publish(publication: Publication): Promise<void> {
    this.receiver(publication);
    return DONE;
  }

  receive(receiver: (publication: Publication) => void): void {
    this.receiver = receiver;
  }
}

const DONE = Promise.resolve();
