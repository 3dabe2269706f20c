import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Metrics } from '../observability/metrics.js';
import { Clock } from '../ports/clock.port.js';
import { settle } from './delivery.js';
import { JoinCache } from './join-cache.js';
import { MergeJoiner } from './merge-joiner.js';
import type { Outbox } from './outbox.js';
import type { Session, SessionFlusher } from './session.js';
import type { Writer } from './writer.js';

/** Sessions flushed before other work gets its turn: 256 writes of about 7 µs are 2 ms of event loop. */
const SLICE = 256;

/**
 * Empties outboxes: one socket write per session and turn of the event loop (or per `WS_FLUSH_INTERVAL_MS`), however
 * many messages wait. The write system call is the cost of this program.
 */
@Injectable()
export class Flusher implements SessionFlusher {
  readonly maxQueueBytes: number;

  private waiting: Session[] = [];
  private pass: Session[] = [];
  private passIndex = 0;
  private hurried: Session[] = [];
  private isArmed = false;
  private readonly intervalMs: number;
  private readonly buffers = new JoinCache();
  private readonly messages = new MergeJoiner();

  constructor(
    config: AppConfig,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.maxQueueBytes = config.ws.maxQueueBytes;
    this.intervalMs = config.ws.flushIntervalMs;
  }

  schedule(session: Session): void {
    if (session.isFlushScheduled) {
      return;
    }
    session.isFlushScheduled = true;
    this.waiting.push(session);
    if (!this.isArmed) {
      this.arm();
    }
  }

  /** Only while a pass is under way: else the session is about to be flushed anyway. */
  hurry(session: Session): void {
    if (this.passIndex > 0 && !session.isClosed) {
      this.hurried.push(session);
    }
  }

  /** Writes everything the session has waiting, if its receiver can take it. */
  flush(session: Session): void {
    const { outbox, writer } = session;
    if (!writer.isWritable) {
      if (outbox.hasLog && outbox.blockedSinceMs === 0) {
        outbox.blockedSinceMs = this.clock.monotonicMs();
      }
      return;
    }
    this.write(session);
  }

  /**
   * The last flush before a close frame. A receiver that is behind gets its log lane all the same: it is bounded, and
   * a full socket buffer is no reason to swallow a reply. Quotes it will not miss.
   */
  finish(session: Session): void {
    const { outbox, writer } = session;
    if (writer.isWritable) {
      this.write(session);
    } else if (writer.isOpen) {
      this.metrics.hot.queueBytes -= outbox.logBytes;
      const frames = this.takeFrames(outbox);
      if (frames.length > 0) {
        writer.write(concat(frames));
      }
    }
  }

  private write(session: Session): void {
    const { outbox, codec, writer } = session;
    const loss = outbox.takeLoss();
    const values = this.takeValues(session);
    if (!outbox.hasLog && loss === undefined) {
      if (values !== undefined) {
        this.send(writer, values);
      }
      return;
    }
    const { hot } = this.metrics;
    hot.queueBytes -= outbox.logBytes;
    const frames = this.takeFrames(outbox);
    hot.deliveries += frames.length;
    if (loss !== undefined) {
      this.metrics.lagged.inc(loss.missed);
      frames.push(codec.encodePush('lagged', loss));
    }
    if (values !== undefined) {
      frames.push(values);
    }
    if (frames.length > 0) {
      this.send(writer, frames.length === 1 ? frames[0]! : this.buffers.join(frames, concat));
    }
  }

  /** The values that the session lacks, as one message. */
  private takeValues({ outbox, lane, codec }: Session): Uint8Array | undefined {
    if (lane.isEmpty && !outbox.hasElements) {
      return undefined;
    }
    const { hot } = this.metrics;
    // New here: an array that the outbox had kept would be old to the collector, and what is pushed into it with it.
    const elements = outbox.hasElements ? outbox.takeElements(codec) : [];
    hot.conflated += lane.takeInto(elements, codec);
    hot.deliveries += elements.length;
    return elements.length === 0 ? undefined : this.messages.join(codec, lane.signature, elements);
  }

  private send(writer: Writer, bytes: Uint8Array): void {
    const { hot } = this.metrics;
    hot.flushes += 1;
    hot.bytesOut += bytes.length;
    if (!writer.write(bytes)) {
      this.messages.keep(bytes);
    }
  }

  private takeFrames(outbox: Outbox): Uint8Array[] {
    return outbox.trackedFrames === 0
      ? outbox.takeFrames()
      : settle(outbox.takeFrames(), this.clock.epochMs());
  }

  // An arrow property: handed to timers as it is, so that arming allocates nothing.
  private readonly runSlice = (): void => {
    if (this.passIndex === this.pass.length) {
      [this.pass, this.waiting] = [this.waiting, []];
      this.passIndex = 0;
    }
    this.flushHurried();
    const end = Math.min(this.passIndex + SLICE, this.pass.length);
    while (this.passIndex < end) {
      const session = this.pass[this.passIndex]!;
      this.passIndex += 1;
      session.isFlushScheduled = false;
      this.flush(session);
    }
    if (this.passIndex < this.pass.length) {
      setImmediate(this.runSlice);
      return;
    }
    this.pass = [];
    this.passIndex = 0;
    this.buffers.clear();
    this.messages.clear();
    this.isArmed = false;
    if (this.waiting.length > 0) {
      this.arm();
    }
  };

  /** An answer would else wait for a write to everybody: with 10,000 connections a tenth of a second. */
  private flushHurried(): void {
    if (this.hurried.length > 0) {
      const answered = this.hurried;
      this.hurried = [];
      answered.forEach((session) => this.flush(session));
    }
  }

  private arm(): void {
    this.isArmed = true;
    if (this.intervalMs === 0) {
      setImmediate(this.runSlice);
    } else {
      setTimeout(this.runSlice, this.intervalMs);
    }
  }
}

function concat(frames: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(frames);
}
