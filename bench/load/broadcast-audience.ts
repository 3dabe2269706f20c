import { performance } from 'node:perf_hooks';
import { LatencyHistogram } from './latency-histogram.js';

const MAX_FAULTS = 10;

/** What some clients get of broadcasts that leave on a schedule: all of them, once and in order. */
export class BroadcastAudience {
  /** From the moment on the schedule to the read. */
  readonly latency = new LatencyHistogram();
  readonly faults: string[] = [];
  delivered = 0;

  /** By number of the message, from 1. */
  private readonly dueAtMs: number[] = [0];
  private readonly lastSequences: Uint32Array;

  /** Clients 0 to `size` - 1; what others get is not looked at. */
  constructor(private readonly size: number) {
    this.lastSequences = new Uint32Array(size);
  }

  get sent(): number {
    return this.dueAtMs.length - 1;
  }

  get due(): number {
    return this.sent * this.size;
  }

  /** Returns the number of the next message. */
  send(dueAtMs: number): number {
    this.dueAtMs.push(dueAtMs);
    return this.sent;
  }

  receive(client: number, sequence: number): void {
    if (client >= this.size) {
      return;
    }
    const expected = this.lastSequences[client]! + 1;
    if (sequence !== expected && this.faults.length < MAX_FAULTS) {
      this.faults.push(`client ${client}: got message ${sequence} where ${expected} was due`);
    }
    this.lastSequences[client] = sequence;
    this.delivered += 1;
    this.latency.add(performance.now() - this.dueAtMs[sequence]!);
  }
}
