import type { CloseReason } from '../protocol/close-codes.js';

/** What a session asks of the transport that carries it. */
export abstract class Writer {
  /** False once the connection closes. */
  abstract readonly isOpen: boolean;
  /** False while the receiver is behind, and once the connection closes. The transport flushes when it turns true. */
  abstract readonly isWritable: boolean;
  /** Address of the client, as limits and the back office see it. */
  abstract readonly remoteAddress: string;

  /**
   * Hands over one buffer, whole messages only, that other sessions may share. False: the bytes are still needed and must
   * never change; true: they have left.
   */
  abstract write(bytes: Uint8Array): boolean;
  /** Says goodbye, then ends the connection; nothing is written after it. */
  abstract close(reason: CloseReason): void;
}
