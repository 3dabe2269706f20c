import { Injectable } from '@nestjs/common';
import type { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

/** Sessions given a publication before quotes, acknowledgements and health get their turn: about a millisecond. */
const SLICE = 500;

interface Job {
  readonly push: EncodedPush;
  readonly sessions: Iterator<Session>;
  readonly isFor: (session: Session) => boolean;
}

/** Publications that are for many and not urgent: one after the other, a slice a turn of the event loop. */
@Injectable()
export class PacedFanOut {
  private readonly jobs: Job[] = [];
  private isRunning = false;

  /** For those who are there now: who comes while it is under way gets what was kept for them in another way. */
  add(push: EncodedPush, sessions: Iterable<Session>, isFor: (session: Session) => boolean): void {
    this.jobs.push({ push, sessions: [...sessions][Symbol.iterator](), isFor });
    if (!this.isRunning) {
      this.isRunning = true;
      this.runSlice();
    }
  }

  private readonly runSlice = (): void => {
    const [job] = this.jobs;
    if (job === undefined) {
      this.isRunning = false;
      return;
    }
    for (let count = 0; count < SLICE; count += 1) {
      const { done, value: session } = job.sessions.next();
      if (done === true) {
        job.push.seal();
        this.jobs.shift();
        break;
      }
      if (job.isFor(session)) {
        job.push.enqueueTo(session);
      }
    }
    setImmediate(this.runSlice);
  };
}
