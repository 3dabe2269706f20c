import { clientTextFrame } from './client-frame.js';
import { LatencyHistogram } from './latency-histogram.js';
import { quotePushIn, type QuotePush } from './quote-frames.js';
import type { ClientListener, RawClient } from './raw-client.js';

const MAX_FAULTS = 10;

/** Clients that read quotes: each compares every push with what it subscribed to and with the push before. */
export class QuoteAudience implements ClientListener {
  /** From the push on the server to the read of its last byte here; both on the clock of this machine. */
  readonly latency = new LatencyHistogram();
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];
  quotes = 0;

  private nowMs = 0;
  private isCounting = false;
  /** By client. */
  private readonly lastPushes: Uint32Array;
  private readonly subscriptions: { quotes: number; symbolSum: number }[];
  private readonly accepted: ((isAccepted: boolean) => void)[] = [];

  constructor(size: number) {
    this.lastPushes = new Uint32Array(size);
    this.subscriptions = Array.from({ length: size }, () => ({ quotes: 0, symbolSum: 0 }));
  }

  /** Resolves with the answer. `symbols` are numbers of symbols, their names are in `frame`. */
  subscribe(client: RawClient, symbols: readonly number[], message: string): Promise<void> {
    this.subscriptions[client.index] = {
      quotes: symbols.length,
      symbolSum: symbols.reduce((sum, symbol) => sum + symbol, 0),
    };
    return new Promise((resolve) => {
      this.accepted[client.index] = (isAccepted) => {
        if (!isAccepted) {
          this.addFault(`client ${client.index}: the subscription was refused`);
        }
        resolve();
      };
      client.write(clientTextFrame(message));
    });
  }

  /** From now on no push may be missing: while thousands connect, the server may fall behind and skip some. */
  startCounting(): void {
    this.isCounting = true;
    this.quotes = 0;
    this.latency.clear();
  }

  /** Number of the newest push that all clients have. */
  get slowest(): number {
    return Math.min(...this.lastPushes);
  }

  readStarted(): void {
    this.nowMs = Date.now();
  }

  received(client: RawClient): void {
    this.addFault(`client ${client.index}: a delivery that is no quote`);
  }

  receivedText(client: RawClient, payload: Buffer): void {
    const push = quotePushIn(payload);
    if (push === undefined) {
      this.accepted[client.index]?.(payload.includes('"event":"reply"'));
    } else {
      this.compare(client.index, push);
    }
  }

  readEnded(): void {}

  lost(client: RawClient, reason: string): void {
    this.addFault(`client ${client.index}: ${reason}`);
  }

  private compare(index: number, push: QuotePush): void {
    const { quotes, symbolSum } = this.subscriptions[index]!;
    const last = this.lastPushes[index]!;
    this.lastPushes[index] = push.push;
    if (push.quotes !== quotes || push.symbolSum !== symbolSum) {
      this.addFault(`client ${index}: ${push.quotes} quotes of other symbols than its ${quotes}`);
    }
    if (push.push === 0 || (this.isCounting && push.push !== last + 1)) {
      this.addFault(`client ${index}: got push ${push.push} where ${last + 1} was due`);
    }
    this.quotes += push.quotes;
    this.latency.add(this.nowMs - push.pushedAtMs);
  }

  private addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }
}
