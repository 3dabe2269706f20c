import type { Codec } from '../protocol/codec.js';
import { symbolOf } from '../protocol/channel.js';

/** A subscription of mode `all` as the outbox sees it. */
export interface FollowerSlot {
  readonly channel: { readonly name: string; elementFor(codec: Codec): Uint8Array };
  /** Values of it were lost: the newest is due instead. */
  isLagging: boolean;
  /** Values lost since the last flush, the newest included. */
  missed: number;
}

/**
 * What is kept for one session until it can take it, in two lanes:
 *
 * - log: replies and log pushes, framed, in order, never merged or dropped;
 * - all: every value of `mode: "all"` subscriptions. Over its bound the newest of each symbol is left, and it says so.
 *
 * Subscriptions of mode `merge` keep nothing: see `MergeLane`.
 */
export class Outbox {
  /** Bytes of the log lane; its bound is what makes a slow consumer. */
  logBytes = 0;
  /** Monotonic time since when the log lane waits for the receiver; 0 while it does not. */
  blockedSinceMs = 0;
  /** Frames that wait and whose delivery is counted. */
  trackedFrames = 0;

  private frames: Uint8Array[] = [];
  private elements: Uint8Array[] = [];
  private elementOwners: FollowerSlot[] = [];
  private elementBytes = 0;
  private isLagging = false;
  private lagging: FollowerSlot[] = [];

  get hasLog(): boolean {
    return this.logBytes > 0;
  }

  addFrame(frame: Uint8Array): void {
    this.frames.push(frame);
    this.logBytes += frame.length;
  }

  /** Keeps one value of an `all` slot. Beyond `maxBytes` all kept values give way to the newest of each symbol. */
  addElement(slot: FollowerSlot, element: Uint8Array, maxBytes: number): void {
    if (!this.isLagging && this.elementBytes + element.length <= maxBytes) {
      this.elements.push(element);
      this.elementOwners.push(slot);
      this.elementBytes += element.length;
      return;
    }
    if (!this.isLagging) {
      this.isLagging = true;
      this.elementOwners.forEach((owner) => this.miss(owner));
      this.dropElements();
    }
    this.miss(slot);
  }

  takeFrames(): Uint8Array[] {
    const taken = this.frames;
    this.frames = [];
    this.logBytes = 0;
    this.blockedSinceMs = 0;
    this.trackedFrames = 0;
    return taken;
  }

  get hasElements(): boolean {
    return this.elements.length > 0 || this.lagging.length > 0;
  }

  /** The values to send now, as `codec` writes them: those kept in order, then the newest of those that lag. */
  takeElements(codec: Codec): Uint8Array[] {
    const taken = this.elements;
    for (const slot of this.lagging) {
      slot.isLagging = false;
      taken.push(slot.channel.elementFor(codec));
    }
    this.dropElements();
    this.lagging = [];
    return taken;
  }

  /** What was lost since the last flush, once: the newest value of each symbol still comes and does not count. */
  takeLoss(): { symbols: string[]; missed: number } | undefined {
    if (!this.isLagging) {
      return undefined;
    }
    this.isLagging = false;
    const lost = this.lagging.filter((slot) => slot.missed > 1);
    const missed = lost.reduce((sum, slot) => sum + slot.missed - 1, 0);
    this.lagging.forEach((slot) => (slot.missed = 0));
    return missed === 0 ? undefined : { symbols: lost.map(({ channel }) => symbolOf(channel.name)), missed };
  }

  /** Takes out what waits for an ended subscription. */
  forget(slot: FollowerSlot): void {
    if (this.elementOwners.includes(slot)) {
      this.elements = this.elements.filter((_, index) => this.elementOwners[index] !== slot);
      this.elementOwners = this.elementOwners.filter((owner) => owner !== slot);
      this.elementBytes = this.elements.reduce((sum, element) => sum + element.length, 0);
    }
    this.lagging = this.lagging.filter((waiting) => waiting !== slot);
  }

  clear(): void {
    this.takeFrames();
    this.dropElements();
    this.lagging = [];
  }

  private miss(slot: FollowerSlot): void {
    slot.missed += 1;
    if (!slot.isLagging) {
      slot.isLagging = true;
      this.lagging.push(slot);
    }
  }

  private dropElements(): void {
    this.elements = [];
    this.elementOwners = [];
    this.elementBytes = 0;
  }
}
