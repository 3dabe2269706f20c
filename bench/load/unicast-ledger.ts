const MAX_FAULTS = 10;

/** What users are due: every message that was sent to them, once and in the order it was sent, and nothing else. */
export class UnicastLedger {
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];
  sent = 0;
  delivered = 0;

  /** By user: the numbers of all messages to them, and how many of these they have got. */
  private readonly due: readonly number[][];
  private readonly taken: Uint32Array;

  constructor(users: number) {
    this.due = Array.from({ length: users }, () => []);
    this.taken = new Uint32Array(users);
  }

  /** Returns the number of the message, which is unique in a measurement. */
  send(user: number): number {
    this.sent += 1;
    this.due[user]!.push(this.sent);
    return this.sent;
  }

  /** False: nobody sent this user such a message, or they have it already. */
  deliver(user: number, sequence: number): boolean {
    const due = this.due[user] ?? [];
    const next = this.taken[user]!;
    const at = due[next] === sequence ? next : due.indexOf(sequence, next);
    if (at !== next) {
      this.addFault(`user ${user}: got message ${sequence} where ${due[next] ?? 'none'} was due`);
    }
    if (at === -1) {
      return false;
    }
    this.taken[user] = at + 1;
    this.delivered += 1;
    return true;
  }

  addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }
}
