import type { Codec } from '../protocol/codec.js';
import type { SubscriptionMode } from '../protocol/commands.js';
import type { MergeSlot } from './outbox.js';
import type { Session } from './session.js';

/** A merge stream on this node: its newest value and who wants it. Exists while somebody subscribes. */
export class MergeChannel {
  readonly subscriptions = new Set<MergeSubscription>();
  private value: unknown;
  private codec: Codec | undefined;
  private element: Uint8Array | undefined;

  constructor(readonly name: string) {}

  /** How many subscriptions are left. */
  leave(subscription: MergeSlot): number {
    this.subscriptions.delete(subscription as MergeSubscription);
    return this.subscriptions.size;
  }

  update(value: unknown): void {
    this.value = value;
    this.codec = undefined;
  }

  /** The newest value as `codec` writes it: encoded at the first call after an update, shared from then on. */
  elementFor(codec: Codec): Uint8Array {
    if (this.codec !== codec || this.element === undefined) {
      this.element = codec.encodeElement(this.value);
      this.codec = codec;
    }
    return this.element;
  }
}

/** One session's interest in one merge channel. */
export class MergeSubscription implements MergeSlot {
  isDirty = false;
  missed = 0;

  constructor(
    readonly session: Session,
    readonly channel: MergeChannel,
    readonly mode: SubscriptionMode,
  ) {}
}
