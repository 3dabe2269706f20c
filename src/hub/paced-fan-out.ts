import { Injectable } from '@nestjs/common';
import type { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

/** Sessions given something before quotes, acknowledgements and health get their turn: about a millisecond. */
const SLICE = 500;

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

  /** For those who are there now: who comes while it is under way gets what was kept for them in another way. */
  add(push: EncodedPush, sessions: Iterable<Session>, isFor: (session: Session) => boolean): void {
    this.jobs.push({ push, sessions: [...sessions][Symbol.iterator](), isFor });
    if (!this.isRunning) {
      this.isRunning = true;
      setImmediate(this.runSlice);
    }
  }

  private readonly runSlice = (): void => {
    for (let count = 0; count < SLICE && this.jobs.length > 0; count += 1) {
      this.visitNext(this.jobs[0]!);
    }
    this.isRunning = this.jobs.length > 0;
    if (this.isRunning) {
      setImmediate(this.runSlice);
    }
  };

  private visitNext({ push, sessions, isFor }: Job): void {
    const { done, value: session } = sessions.next();
    if (done === true) {
      push.seal();
      this.jobs.shift();
    } else if (isFor(session)) {
      push.enqueueTo(session);
    }
  }
}
