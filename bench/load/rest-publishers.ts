import { performance } from 'node:perf_hooks';
import { benchMessage } from './bench-message.js';
import { BroadcastLedger } from './broadcast-ledger.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { ClientListener, RawClient } from './raw-client.js';
import type { HttpListener, RawHttpClient } from './raw-http-client.js';

const ACCEPTED = 202;
/** After the time of a phase, how long its last answers and deliveries may still take. */
const SETTLE_MS = 5000;

export interface RestPhase {
  readonly answered: number;
  readonly delivered: number;
  readonly due: number;
  /** From the first request to the last answer. */
  readonly answeringMs: number;
}

/** Closed loop: connections that each have a text broadcast over HTTP, one request after the other. */
export class RestPublishers implements ClientListener, HttpListener {
  /** From a request to its response. */
  readonly latency = new LatencyHistogram();
  readonly ledger: BroadcastLedger;

  private answers = 0;
  private waiting = 0;
  private lastAnswerAtMs = 0;
  private phase: { readonly endsAtMs: number; readonly finish: () => void } | undefined;

  /** By connection: when its request left. */
  private readonly sentAtMs: number[] = [];

  constructor(
    receivers: number,
    /** The request that has a text broadcast. */
    private readonly requestOf: (text: string) => Buffer,
  ) {
    this.ledger = new BroadcastLedger(receivers);
  }

  /** Resolves when all requests are answered and everything is delivered, or when time is up. One phase at a time. */
  async run(publishers: readonly RawHttpClient[], maxMs: number): Promise<RestPhase> {
    const { delivered, due } = this.ledger;
    const { answers } = this;
    const startedAtMs = performance.now();
    this.latency.clear();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.ledger.addFault(`${this.ledger.delivered} of ${this.ledger.due} deliveries arrived in time`);
        resolve();
      }, maxMs + SETTLE_MS);
      this.phase = {
        endsAtMs: startedAtMs + maxMs,
        finish: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      publishers.forEach((publisher) => {
        this.send(publisher);
      });
    });
    this.phase = undefined;
    return {
      answered: this.answers - answers,
      delivered: this.ledger.delivered - delivered,
      due: this.ledger.due - due,
      answeringMs: this.lastAnswerAtMs - startedAtMs,
    };
  }

  answered(publisher: RawHttpClient, status: number): void {
    this.waiting -= 1;
    if (status !== ACCEPTED) {
      this.ledger.addFault(`publisher ${publisher.index}: answered with ${status}`);
      return;
    }
    this.answers += 1;
    this.lastAnswerAtMs = performance.now();
    this.latency.add(this.lastAnswerAtMs - this.sentAtMs[publisher.index]!);
    if (this.phase !== undefined && this.lastAnswerAtMs < this.phase.endsAtMs) {
      this.send(publisher);
    } else {
      this.finishWhenDone();
    }
  }

  readStarted(): void {}

  received({ index }: RawClient, sequence: number): void {
    this.ledger.deliver(index, sequence);
  }

  readEnded(): void {
    this.finishWhenDone();
  }

  lost({ index }: RawClient, reason: string): void {
    this.ledger.addFault(`client ${index}: ${reason}`);
  }

  failed({ index }: RawHttpClient, reason: string): void {
    this.ledger.addFault(`publisher ${index}: ${reason}`);
  }

  private send(publisher: RawHttpClient): void {
    this.waiting += 1;
    this.sentAtMs[publisher.index] = performance.now();
    publisher.write(this.requestOf(benchMessage(this.ledger.send())));
  }

  private finishWhenDone(): void {
    if (this.waiting === 0 && this.ledger.delivered >= this.ledger.due) {
      this.phase?.finish();
    }
  }
}
