import { MERGE_EVENT } from '../protocol/channel.js';
import type { Codec } from '../protocol/codec.js';
import { areSamePieces } from './join-cache.js';

/** Holds the message of most flushes; grows to the longest. */
const SCRATCH_BYTES = 16_384;

/** Remembered sets of symbols; a power of two. */
const SLOTS = 1024;

interface Shared {
  readonly elements: readonly Uint8Array[];
  readonly message: Uint8Array;
}

/**
 * Joins the values of a flush into one message. Sessions with the same values share one message from the second on.
 * The others, nearly all where everybody has symbols of their own, are joined in one piece of memory over and over: a
 * new buffer each is 280 MB a second with 5,000 sessions of 20 symbols at 100 ms, and the collector had more to do than
 * the joining.
 *
 * Who shares with whom is found by signatures in an array of numbers. A map from the first element to what was joined
 * found it as well, but kept an object for every session until the end of the pass, and a flush of all took 30 ms
 * instead of 21 (docs/performance.md).
 */
export class MergeJoiner {
  /** By the lower bits of a signature: the one that was seen last in this pass. */
  private readonly signatures = new Int32Array(SLOTS);
  /** By the same: what sessions with that signature share. */
  private readonly shared: (Shared | undefined)[] = Array.from({ length: SLOTS }, () => undefined);
  private readonly usedSlots: number[] = [];
  private scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

  /**
   * Equal sets of channels have equal signatures, others nearly always different ones; that the elements are the same
   * is checked. `elements` may be kept. What is returned is valid until the next call, unless `keep` is called with it.
   */
  join(codec: Codec, signature: number, elements: readonly Uint8Array[]): Uint8Array {
    const slot = signature & (SLOTS - 1);
    const shared = this.shared[slot];
    if (shared !== undefined && areSamePieces(shared.elements, elements)) {
      return shared.message;
    }
    if (this.signatures[slot] !== signature) {
      this.signatures[slot] = signature;
      return codec.joinElements(MERGE_EVENT, elements, this.inScratch);
    }
    const message = codec.joinElements(MERGE_EVENT, elements, ofItsOwn);
    this.shared[slot] = { elements, message };
    this.usedSlots.push(slot);
    return message;
  }

  /** A receiver that is behind still needs `bytes`: they must never change. */
  keep(bytes: Uint8Array): void {
    if (bytes.buffer === this.scratch.buffer) {
      // What is behind them is as good, and a slow client pins no more than it must.
      this.scratch = this.scratch.subarray(bytes.length);
    }
  }

  /** The end of a pass: what comes next has other values. */
  clear(): void {
    this.signatures.fill(0);
    for (const slot of this.usedSlots) {
      this.shared[slot] = undefined;
    }
    this.usedSlots.length = 0;
  }

  private readonly inScratch = (bytes: number): Buffer => {
    if (bytes > this.scratch.length) {
      this.scratch = Buffer.allocUnsafeSlow(Math.max(SCRATCH_BYTES, bytes * 2));
    }
    return this.scratch.subarray(0, bytes);
  };
}

function ofItsOwn(bytes: number): Buffer {
  return Buffer.allocUnsafeSlow(bytes);
}
