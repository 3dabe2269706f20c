import type { Codec } from '../protocol/codec.js';
import { symbolOf } from '../protocol/channel.js';

const NOTHING: readonly Uint8Array[] = [];

/** A merge subscription as the outbox sees it. */
export interface MergeSlot {
  readonly channel: { readonly name: string; elementFor(codec: Codec): Uint8Array };
  /** The channel has a value this session has not been given. */
  isDirty: boolean;
  /** Values lost since the last flush, the newest included; mode `all` only. */
  missed: number;
}

/**
 * What one session still has to send, in three lanes:
 *
 * - log: replies and log pushes, framed, in order, never merged or dropped;
 * - merge: subscriptions with a newer value than the client has. One slot each, so a slow client costs memory by its
 *   symbols and not by time;
 * - all: every value of `mode: "all"` subscriptions. Over its bound it falls back to the merge lane and says so.
 */
export class Outbox {
  /** Bytes of the log lane; its bound is what makes a slow consumer. */
  logBytes = 0;
  /** Monotonic time since when the log lane waits for the receiver; 0 while it does not. */
  blockedSinceMs = 0;
  /** Frames that wait and whose delivery is counted. */
  trackedFrames = 0;

  private frames: Uint8Array[] = [];
  private dirty: MergeSlot[] = [];
  private elements: Uint8Array[] = [];
  private elementOwners: MergeSlot[] = [];
  private elementBytes = 0;
  private isLagging = false;

  get hasLog(): boolean {
    return this.logBytes > 0;
  }

  addFrame(frame: Uint8Array): void {
    this.frames.push(frame);
    this.logBytes += frame.length;
  }

  /** Notes that a merge subscription has a newer value. False when the value it replaces was never sent. */
  addChange(slot: MergeSlot): boolean {
    if (slot.isDirty) {
      return false;
    }
    slot.isDirty = true;
    this.dirty.push(slot);
    return true;
  }

  /** Keeps one value of an `all` slot. Beyond `maxBytes` all kept values give way to the newest of each symbol. */
  addElement(slot: MergeSlot, element: Uint8Array, maxBytes: number): void {
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

  /** The values to send now, as `codec` writes them: those of mode `all` in order, then the newest of the others. */
  takeElements(codec: Codec): readonly Uint8Array[] {
    if (this.dirty.length === 0 && this.elements.length === 0) {
      return NOTHING;
    }
    const taken = this.elements;
    this.dropElements();
    for (const slot of this.dirty) {
      if (slot.isDirty) {
        slot.isDirty = false;
        taken.push(slot.channel.elementFor(codec));
      }
    }
    this.dirty = [];
    return taken;
  }

  /** What was lost since the last flush, once: the newest value of each symbol still comes and does not count. */
  takeLoss(): { symbols: string[]; missed: number } | undefined {
    if (!this.isLagging) {
      return undefined;
    }
    this.isLagging = false;
    const lost = this.dirty.filter((slot) => slot.isDirty && slot.missed > 1);
    const missed = lost.reduce((sum, slot) => sum + slot.missed - 1, 0);
    this.dirty.forEach((slot) => (slot.missed = 0));
    return missed === 0 ? undefined : { symbols: lost.map(({ channel }) => symbolOf(channel.name)), missed };
  }

  /** Takes what waits for an ended subscription out of the merge lanes. */
  forget(slot: MergeSlot): void {
    slot.isDirty = false;
    if (this.elementOwners.includes(slot)) {
      this.elements = this.elements.filter((_, index) => this.elementOwners[index] !== slot);
      this.elementOwners = this.elementOwners.filter((owner) => owner !== slot);
      this.elementBytes = this.elements.reduce((sum, element) => sum + element.length, 0);
    }
    this.dirty = this.dirty.filter((waiting) => waiting !== slot);
  }

  clear(): void {
    this.takeFrames();
    this.dropElements();
    this.dirty = [];
  }

  private miss(slot: MergeSlot): void {
    slot.missed += 1;
    this.addChange(slot);
  }

  private dropElements(): void {
    this.elements = [];
    this.elementOwners = [];
    this.elementBytes = 0;
  }
}
