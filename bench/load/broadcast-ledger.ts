const MAX_FAULTS = 10;

interface Message {
  /** By receiver: has it got the message? */
  readonly isDelivered: boolean[];
  missing: number;
}

/** What every receiver is due: each message once. Their order is not defined where several publishers send at once. */
export class BroadcastLedger {
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];
  sent = 0;
  delivered = 0;

  /** Those that somebody still lacks. */
  private readonly open = new Map<number, Message>();

  constructor(private readonly receivers: number) {}

  /** Deliveries that the messages are due. */
  get due(): number {
    return this.sent * this.receivers;
  }

  /** Returns the number of the message, which is unique in a measurement. */
  send(): number {
    this.sent += 1;
    const isDelivered = Array.from({ length: this.receivers }, () => false);
    this.open.set(this.sent, { isDelivered, missing: this.receivers });
    return this.sent;
  }

  deliver(receiver: number, sequence: number): void {
    const message = this.open.get(sequence);
    if (message === undefined || message.isDelivered[receiver] !== false) {
      this.addFault(`client ${receiver}: got message ${sequence}, which was not due`);
      return;
    }
    message.isDelivered[receiver] = true;
    message.missing -= 1;
    this.delivered += 1;
    if (message.missing === 0) {
      this.open.delete(sequence);
    }
  }

  addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }
}
