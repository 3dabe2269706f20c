import { performance } from 'node:perf_hooks';
import { clientTextFrame } from './client-frame.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { ClientListener, RawClient } from './raw-client.js';

/** After the time of a phase, how long its last messages may still take. */
const SETTLE_MS = 15_000;
const MAX_FAULTS = 10;

export interface PhaseLimits {
  readonly maxMs: number;
  readonly maxMessages: number;
}

export interface PhaseResult {
  readonly published: number;
  /** In order and once each; anything else is a fault. */
  readonly delivered: number;
  /** From the first publish to the last delivery. */
  readonly elapsedMs: number;
}

/**
 * Closed loop: keeps at most `size` messages on their way that not all receivers have. Publishes after each read, in
 * one write, as a publisher with a backlog does. Receivers are the clients 0 to `receivers` - 1; the publisher is another one.
 */
export class PublishWindow implements ClientListener {
  readonly latency = new LatencyHistogram();
  /** The first of them; one is enough to void the run. */
  readonly faults: string[] = [];

  private nowMs = 0;
  private published = 0;
  private completed = 0;
  private delivered = 0;
  private phase: Phase | undefined;

  /** By receiver: the sequence number it got last. */
  private readonly lastSequences: Uint32Array;
  /** By sequence number modulo `size`, as no more are on their way: receivers that lack it, and when it left. */
  private readonly missing: Uint32Array;
  private readonly publishedAtMs: Float64Array;

  constructor(
    private readonly receivers: number,
    private readonly size: number,
    /** The message that publishes number `sequence`. */
    private readonly publishMessage: (sequence: number) => string,
  ) {
    this.lastSequences = new Uint32Array(receivers);
    this.missing = new Uint32Array(size);
    this.publishedAtMs = new Float64Array(size);
  }

  /** Resolves when everything published is delivered, or when time is up. One phase at a time. */
  async run(publisher: RawClient, limits: PhaseLimits): Promise<PhaseResult> {
    const startedAtMs = performance.now();
    const publishedBefore = this.published;
    this.nowMs = startedAtMs;
    this.delivered = 0;
    this.latency.clear();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.addFault(`${this.published - this.completed} messages did not reach everybody in time`);
        resolve();
      }, limits.maxMs + SETTLE_MS);
      this.phase = {
        publisher,
        endsAtMs: startedAtMs + limits.maxMs,
        lastSequence: publishedBefore + limits.maxMessages,
        finish: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      this.refill(this.phase);
    });
    this.phase = undefined;
    return {
      published: this.published - publishedBefore,
      delivered: this.delivered,
      elapsedMs: this.nowMs - startedAtMs,
    };
  }

  readStarted(): void {
    this.nowMs = performance.now();
  }

  received(client: RawClient, sequence: number): void {
    const { index } = client;
    if (index >= this.receivers) {
      return;
    }
    const expected = this.lastSequences[index]! + 1;
    if (sequence !== expected) {
      this.addFault(`client ${index}: got message ${sequence} where ${expected} was due`);
    }
    if (sequence < expected) {
      return;
    }
    this.lastSequences[index] = sequence;
    this.delivered += 1;
    const slot = sequence % this.size;
    this.latency.add(this.nowMs - this.publishedAtMs[slot]!);
    this.missing[slot]! -= 1;
    if (this.missing[slot] === 0) {
      this.completed += 1;
    }
  }

  readEnded(): void {
    if (this.phase !== undefined) {
      this.refill(this.phase);
    }
  }

  lost(client: RawClient, reason: string): void {
    this.addFault(`client ${client.index}: ${reason}`);
  }

  private addFault(fault: string): void {
    if (this.faults.length < MAX_FAULTS) {
      this.faults.push(fault);
    }
  }

  private refill(phase: Phase): void {
    const room = Math.min(this.size - (this.published - this.completed), phase.lastSequence - this.published);
    const isOpen = this.nowMs < phase.endsAtMs && room > 0;
    if (isOpen) {
      phase.publisher.write(this.nextFrames(room));
    } else if (this.completed === this.published) {
      phase.finish();
    }
  }

  private nextFrames(count: number): Buffer {
    const frames: Buffer[] = [];
    const publishedAtMs = performance.now();
    for (let index = 0; index < count; index += 1) {
      this.published += 1;
      const slot = this.published % this.size;
      this.missing[slot] = this.receivers;
      this.publishedAtMs[slot] = publishedAtMs;
      frames.push(clientTextFrame(this.publishMessage(this.published)));
    }
    return Buffer.concat(frames);
  }
}

interface Phase {
  readonly publisher: RawClient;
  readonly endsAtMs: number;
  readonly lastSequence: number;
  finish(): void;
}
