import type { ClientListener, RawClient } from './raw-client.js';

const MAX_FAULTS = 10;

/** For clients that only stay connected: whatever they hear of is a fault. */
export class QuietListener implements ClientListener {
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];

  readStarted(): void {}

  received(client: RawClient, sequence: number): void {
    this.addFault(`client ${client.index}: got message ${sequence}, which nobody published`);
  }

  readEnded(): void {}

  lost(client: RawClient, reason: string): void {
    this.addFault(`client ${client.index}: ${reason}`);
  }

  private addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }
}
