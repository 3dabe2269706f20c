/** How long a message is worth sending, and who wants to know what became of it. */
export interface DeliveryTerms {
  /** Epoch milliseconds; what waits in a slow client's queue beyond it is never written. */
  readonly expiresAt?: number | undefined;
  /** Names the publication in reports. */
  readonly receiptId?: string | undefined;
}

/** What became of one publication on this node, counted in connections. One object for all of its frames. */
export class Delivery {
  /** Waits in outboxes. */
  waiting = 0;
  /** Handed to the socket. */
  written = 0;
  /** Ended with a connection that did not take it. */
  droppedSlow = 0;
  expired = 0;
  /** Nobody else gets it: it is complete when nothing waits. */
  isSealed = false;

  constructor(
    readonly receiptId: string | undefined,
    public expiresAt: number,
  ) {}
}

/**
 * Which frames have a delivery. Beside the frames and not in the outboxes: a broadcast then costs a counter per
 * session, and outboxes without such frames are flushed without a look-up.
 */
const deliveries = new WeakMap<Uint8Array, Delivery>();

export function track(frame: Uint8Array, delivery: Delivery): void {
  deliveries.set(frame, delivery);
}

/** Counts frames that are about to be written, and takes out those that have expired. */
export function settle(frames: Uint8Array[], epochMs: number): Uint8Array[] {
  return frames.filter((frame) => {
    const delivery = deliveries.get(frame);
    if (delivery === undefined) {
      return true;
    }
    delivery.waiting -= 1;
    if (delivery.expiresAt <= epochMs) {
      delivery.expired += 1;
      return false;
    }
    delivery.written += 1;
    return true;
  });
}

/** Counts frames that went down with their connection. */
export function drop(frames: readonly Uint8Array[]): void {
  for (const frame of frames) {
    const delivery = deliveries.get(frame);
    if (delivery !== undefined) {
      delivery.waiting -= 1;
      delivery.droppedSlow += 1;
    }
  }
}
