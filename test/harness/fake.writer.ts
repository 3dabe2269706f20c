import { Writer } from '../../src/hub/writer.js';
import type { CloseReason } from '../../src/protocol/close-codes.js';
import { messagesIn } from './frames.js';
import type { Envelope } from './test-client.js';

/**
 * A receiver that is as slow as the test says. Of every other write it keeps the bytes themselves, as a socket that is
 * behind does, so that whoever changes them later is found out.
 */
export class FakeWriter extends Writer {
  isOpen = true;
  isWritable = true;
  readonly remoteAddress = '192.0.2.1';
  readonly writes: Uint8Array[] = [];
  closedWith: CloseReason | undefined = undefined;

  override write(bytes: Uint8Array): boolean {
    if (!this.isOpen) {
      throw new Error('Written to after the close frame');
    }
    const isGone = this.writes.length % 2 === 1;
    this.writes.push(isGone ? Buffer.from(bytes) : bytes);
    return isGone;
  }

  override close(reason: CloseReason): void {
    this.closedWith ??= reason;
    this.isOpen = false;
    this.isWritable = false;
  }

  /** Every message written so far, in order. */
  get messages(): Envelope[] {
    return this.writes.flatMap((bytes) => messagesIn(bytes) as Envelope[]);
  }
}
