import type { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

/** Publications held for one session. A history read takes milliseconds; a thousand of them mean that it hangs. */
const MAX_HELD = 1000;

interface Held {
  readonly seq: number;
  readonly push: EncodedPush;
}

/** How a subscription enters and leaves the channel it belongs to. */
export interface LogMembership {
  enter(): void;
  leave(): void;
}

/**
 * A session in a numbered log, and how far it has it: every number once and in order. While the session reads the history
 * the log goes on, and what is published meanwhile is held for it.
 */
export class LogSubscription {
  private seen = -1;
  private held: Held[] | undefined;
  private hasOverflowed = false;

  constructor(
    readonly session: Session,
    private readonly membership: LogMembership,
    /** It gets the log's publications by another channel while it has not joined. */
    private readonly isReachedOtherwise: boolean,
  ) {}

  /** Holds from now on what is published. */
  hold(): void {
    this.held ??= [];
    this.hasOverflowed = false;
  }

  take(seq: number, push: EncodedPush): void {
    if (this.held === undefined) {
      if (seq > this.seen) {
        this.seen = seq;
        push.enqueueTo(this.session);
      }
      return;
    }
    if (this.held.length === MAX_HELD) {
      this.hasOverflowed = true;
      this.held = [];
    }
    this.held.push({ seq, push });
  }

  /** The session has this number from elsewhere: it did it. */
  skip(seq: number): void {
    this.seen = Math.max(this.seen, seq);
  }

  /** What is held follows `head` without a hole. If not, the history must be read again: it has what is missing. */
  follows(head: number): boolean {
    const seqs = this.heldAfter(head).map(({ seq }) => seq);
    return !this.hasOverflowed && seqs.every((seq, index) => seq === head + 1 + index);
  }

  /** Another read of the history will have all that did not fit. */
  retry(): void {
    this.hasOverflowed = false;
  }

  /** The history up to `head` is out: what followed it goes out now, and from here on everything as it comes. */
  release(head: number): void {
    this.membership.enter();
    this.skip(head);
    this.deliverHeld();
  }

  /**
   * The join failed for a passing reason: one who had joined before goes on as before, and one who is reached otherwise
   * gets what would have come that way.
   */
  cancel(): void {
    if (this.seen === -1) {
      this.membership.leave();
    }
    if (this.seen !== -1 || this.isReachedOtherwise) {
      this.deliverHeld();
    }
  }

  end(): void {
    this.membership.leave();
    this.held = [];
  }

  private deliverHeld(): void {
    const held = this.heldAfter(this.seen);
    this.held = undefined;
    held.forEach(({ seq, push }) => this.take(seq, push));
  }

  private heldAfter(seq: number): Held[] {
    return (this.held ?? []).filter((held) => held.seq > seq).toSorted((a, b) => a.seq - b.seq);
  }
}
