import type { Codec } from '../protocol/codec.js';
import type { SubscriptionMode } from '../protocol/commands.js';
import type { LaneChannel } from './merge-lane.js';
import type { FollowerSlot } from './outbox.js';
import type { Session } from './session.js';

/** A merge stream on this node: its newest value and who wants it. Exists while somebody subscribes. */
export class MergeChannel implements LaneChannel {
  readonly subscriptions = new Set<MergeSubscription>();
  /** Those of mode `all`. */
  readonly followers = new Set<MergeSubscription>();
  version = 0;
  readonly ordinal = nextOrdinal();
  readonly signature = mixed(this.ordinal);
  private value: unknown;
  private codec: Codec | undefined;
  private element: Uint8Array | undefined;

  constructor(readonly name: string) {}

  update(value: unknown): void {
    this.value = value;
    this.version += 1;
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

let channels = 0;

function nextOrdinal(): number {
  channels += 1;
  return channels;
}

/** MurmurHash3's finalizer, which gives no two numbers the same: sums of them tell sets of channels apart. */
function mixed(ordinal: number): number {
  let bits = Math.imul(ordinal ^ (ordinal >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

/** One session's interest in one merge channel. */
export class MergeSubscription implements FollowerSlot {
  isLagging = false;
  missed = 0;

  constructor(
    readonly session: Session,
    readonly channel: MergeChannel,
    readonly mode: SubscriptionMode,
  ) {}
}
