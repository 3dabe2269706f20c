import type { Codec } from '../protocol/codec.js';
import { type Delivery, track } from './delivery.js';
import type { Session } from './session.js';

/** A push on its way to many sessions: encoded once per codec, however many take it. */
export class EncodedPush {
  private codec: Codec | undefined;
  private frame: Uint8Array | undefined;
  /** Only where sessions of several codecs meet. */
  private others: Map<Codec, Uint8Array> | undefined;

  constructor(
    private readonly event: string,
    private readonly data: unknown,
    private readonly delivery?: Delivery,
  ) {}

  enqueueTo(session: Session): void {
    session.enqueue(this.frameFor(session.codec), this.delivery);
  }

  /** Everybody has it now. */
  seal(): void {
    if (this.delivery !== undefined) {
      this.delivery.isSealed = true;
    }
  }

  private frameFor(codec: Codec): Uint8Array {
    if (this.codec === codec && this.frame !== undefined) {
      return this.frame;
    }
    const frame = this.others?.get(codec) ?? this.encode(codec);
    if (this.codec !== undefined && this.frame !== undefined) {
      this.others ??= new Map([[this.codec, this.frame]]);
      this.others.set(codec, frame);
    }
    this.codec = codec;
    this.frame = frame;
    return frame;
  }

  private encode(codec: Codec): Uint8Array {
    const frame = codec.encodePush(this.event, this.data);
    if (this.delivery !== undefined) {
      track(frame, this.delivery);
    }
    return frame;
  }
}
