import type { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

/** Publications held for one session. A history read takes milliseconds; a thousand of them mean that it hangs. */
const MAX_HELD = 1000;

/** How an attachment ends. */
interface AttachmentEnd {
  release(): void;
  cancel(): void;
}

/** A session that reads the history of a numbered channel while the channel goes on. */
export class Attachment {
  /** More came than is held: the history must be read again. */
  hasOverflowed = false;
  private held: { readonly seq: number; readonly push: EncodedPush }[] = [];

  constructor(
    readonly session: Session,
    private readonly end: AttachmentEnd,
  ) {}

  hold(seq: number, push: EncodedPush): void {
    if (this.held.length === MAX_HELD) {
      this.hasOverflowed = true;
      this.held = [];
    }
    this.held.push({ seq, push });
  }

  /** Before the history is read again. */
  restart(): void {
    this.hasOverflowed = false;
    this.held = [];
  }

  /** The history up to `head` is out: what followed it goes out now, and from here on everything as it comes. */
  release(head: number): void {
    this.end.release();
    for (const { seq, push } of this.held) {
      if (seq > head) {
        push.enqueueTo(this.session);
      }
    }
    this.held = [];
  }

  cancel(): void {
    this.end.cancel();
    this.held = [];
  }
}
