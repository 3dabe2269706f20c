import type { Delivery } from './chat-frames.js';

const MAX_FAULTS = 10;
const NOBODY = -1;

/**
 * What a room owes: every acknowledged message to every client but its sender, once, in the order of `seq`, the same
 * message everywhere.
 */
export class RoomLedger {
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];
  acked = 0;
  delivered = 0;

  /** By `seq`: the number of the message there, as first heard of. */
  private readonly numbers: number[] = [0];
  /** By `seq`: the client who got it acknowledged. */
  private readonly senders: number[] = [NOBODY];
  /** By client: the newest `seq` it got. */
  private readonly newest: number[];

  constructor(private readonly clients: number) {
    this.newest = Array.from({ length: clients }, () => 0);
  }

  /** Deliveries that the acknowledged messages are due. */
  get due(): number {
    return this.acked * (this.clients - 1);
  }

  ack(client: number, { seq, number }: Delivery): void {
    this.grow(seq);
    if (this.senders[seq] !== NOBODY) {
      this.addFault(`seq ${seq} was acknowledged to clients ${this.senders[seq]} and ${client}`);
    }
    this.senders[seq] = client;
    this.acked += 1;
    this.compare(`client ${client}'s acknowledgement`, { seq, number });
  }

  deliver(client: number, { seq, number }: Delivery): void {
    this.grow(seq);
    let expected = this.newest[client]! + 1;
    // The sender of a message has it from its acknowledgement, which comes before anything later.
    while (this.senders[expected] === client) {
      expected += 1;
    }
    if (seq !== expected) {
      this.addFault(`client ${client}: got seq ${seq} where ${expected} was due`);
    }
    if (seq < expected) {
      return;
    }
    this.newest[client] = seq;
    this.delivered += 1;
    this.compare(`client ${client}`, { seq, number });
  }

  /** Compares the whole log, oldest first, with what was acknowledged. */
  check(log: readonly Delivery[]): void {
    if (log.length !== this.acked) {
      this.addFault(`the log holds ${log.length} messages, ${this.acked} were acknowledged`);
    }
    log.forEach((stored, index) => {
      if (stored.seq !== index + 1) {
        this.addFault(`the log has seq ${stored.seq} at place ${index + 1}`);
      } else if (this.senders[stored.seq] === undefined || this.senders[stored.seq] === NOBODY) {
        this.addFault(`the log has seq ${stored.seq}, which nobody got acknowledged`);
      } else {
        this.compare('the log', stored);
      }
    });
  }

  addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }

  private compare(where: string, { seq, number }: Delivery): void {
    const known = this.numbers[seq]!;
    if (known === 0) {
      this.numbers[seq] = number;
    } else if (known !== number) {
      this.addFault(`${where}: seq ${seq} is message ${number}, elsewhere it is ${known}`);
    }
  }

  private grow(seq: number): void {
    for (let next = this.numbers.length; next <= seq; next += 1) {
      this.numbers.push(0);
      this.senders.push(NOBODY);
    }
  }
}
