import { Injectable } from '@nestjs/common';
import type { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

/** Sessions given something before quotes, acknowledgements and health get their turn: about a millisecond. */
const SLICE = 500;

/**
 * Sessions that publications still have to visit before whoever publishes is asked to wait: 20 broadcasts to 10,000, a
 * good half second of work.
 */
const MAX_WAITING_VISITS = 200_000;

interface Job {
  readonly push: EncodedPush;
  readonly sessions: Iterator<Session>;
  readonly isFor: (session: Session) => boolean;
}

/**
 * Publications that are for many and not urgent: one after the other, a slice a turn of the event loop. Those that fit
 * into one slice share it, and with it the write to each socket (`rest-publish` in docs/performance.md).
 */
@Injectable()
export class PacedFanOut {
  private readonly jobs: Job[] = [];
  private isRunning = false;
  private waitingVisits = 0;
  private waitingPublishers: (() => void)[] = [];

  /** For those who are there now: who comes while it is under way gets what was kept for them in another way. */
  add(push: EncodedPush, sessions: Iterable<Session>, isFor: (session: Session) => boolean): void {
    const audience = [...sessions];
    this.jobs.push({ push, sessions: audience[Symbol.iterator](), isFor });
    this.waitingVisits += audience.length;
    if (!this.isRunning) {
      this.isRunning = true;
      setImmediate(this.runSlice);
    }
  }

  /** Resolves when there is room for more: what is published faster than it goes out would pile up here. */
  room(): Promise<void> {
    return this.waitingVisits < MAX_WAITING_VISITS && this.waitingPublishers.length === 0
      ? Promise.resolve()
      : new Promise((resolve) => this.waitingPublishers.push(resolve));
  }

  private readonly runSlice = (): void => {
    for (let count = 0; count < SLICE && this.jobs.length > 0; count += 1) {
      this.visitNext(this.jobs[0]!);
    }
    if (this.waitingVisits < MAX_WAITING_VISITS) {
      // One a slice: together they would fill the room many times over.
      this.waitingPublishers.shift()?.();
    }
    this.isRunning = this.jobs.length > 0 || this.waitingPublishers.length > 0;
    if (this.isRunning) {
      setImmediate(this.runSlice);
    }
  };

  private visitNext({ push, sessions, isFor }: Job): void {
    const { done, value: session } = sessions.next();
    if (done === true) {
      push.seal();
      this.jobs.shift();
      return;
    }
    this.waitingVisits -= 1;
    if (isFor(session)) {
      push.enqueueTo(session);
    }
  }
}
