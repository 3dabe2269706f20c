import { performance } from 'node:perf_hooks';
import { seededRandom } from '../../src/adapters/feed/seeded-random.js';
import { benchUser } from '../peers/bench-user.js';
import type { Dialect } from '../peers/peer.js';
import { benchMessage } from './bench-message.js';
import { clientTextFrame } from './client-frame.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { ClientListener, RawClient } from './raw-client.js';
import { UnicastLedger } from './unicast-ledger.js';

const SEED = 17;
/** After the time of a phase, how long its last messages may still take. */
const SETTLE_MS = 5000;

export interface UnicastPhase {
  readonly sent: number;
  readonly delivered: number;
  /** From the start to the last delivery. */
  readonly elapsedMs: number;
}

/** Users that get messages one by one, each to a random user: the same users in the same order for every peer. */
export class UnicastCrowd implements ClientListener {
  /** From the moment a message was to leave to the read that brings it. */
  readonly latency = new LatencyHistogram();
  readonly ledger: UnicastLedger;

  private readonly random = seededRandom(SEED);
  /** By message: when it was to leave. */
  private readonly dueAtMs: number[] = [0];
  private nowMs = 0;
  private publisher: RawClient | undefined;
  private afterTurn: (() => void) | undefined;
  private isTurnEnding = false;

  /** Clients 0 to `users` - 1 are the users. */
  constructor(
    private readonly users: number,
    private readonly dialect: Dialect,
  ) {
    this.ledger = new UnicastLedger(users);
  }

  /** Messages that have not arrived. */
  get outstanding(): number {
    return this.ledger.sent - this.ledger.delivered;
  }

  /** Sends in one write what was to leave at `dueAtMs`. */
  send(count: number, dueAtMs: number): void {
    const frames = Array.from({ length: count }, () => {
      const user = Math.floor(this.random() * this.users);
      const sequence = this.ledger.send(user);
      this.dueAtMs.push(dueAtMs);
      return clientTextFrame(this.dialect.publishTo(benchUser(user), benchMessage(sequence)));
    });
    this.publisher!.write(Buffer.concat(frames));
  }

  /** Resolves when `load` has sent its messages and all of them have arrived, or when time is up. One at a time. */
  async run(publisher: RawClient, load: () => Promise<void>): Promise<UnicastPhase> {
    this.publisher = publisher;
    const { sent, delivered } = this.ledger;
    const startedAtMs = performance.now();
    this.latency.clear();
    await load();
    await this.settle();
    return {
      sent: this.ledger.sent - sent,
      delivered: this.ledger.delivered - delivered,
      elapsedMs: this.nowMs - startedAtMs,
    };
  }

  /**
   * Calls `step` now and then at the end of every turn of the event loop that has read something, until it returns true
   * or `maxMs` are over.
   */
  async repeat(step: () => boolean, maxMs: number): Promise<void> {
    if (step()) {
      return;
    }
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, maxMs);
      this.afterTurn = () => {
        if (step()) {
          clearTimeout(timer);
          resolve();
        }
      };
    });
    this.afterTurn = undefined;
  }

  readStarted(): void {
    this.nowMs = performance.now();
  }

  received({ index }: RawClient, sequence: number): void {
    if (this.ledger.deliver(index, sequence)) {
      this.latency.add(this.nowMs - this.dueAtMs[sequence]!);
    }
  }

  readEnded(): void {
    if (!this.isTurnEnding) {
      this.isTurnEnding = true;
      setImmediate(this.endTurn);
    }
  }

  lost(client: RawClient, reason: string): void {
    this.ledger.addFault(`client ${client.index}: ${reason}`);
  }

  private readonly endTurn = (): void => {
    this.isTurnEnding = false;
    this.afterTurn?.();
  };

  private async settle(): Promise<void> {
    await this.repeat(() => this.outstanding === 0, SETTLE_MS);
    if (this.outstanding > 0) {
      this.ledger.addFault(`${this.outstanding} messages did not arrive in time`);
    }
  }
}
