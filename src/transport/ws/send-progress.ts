import type { Socket } from 'node:net';

/** The handle's own queue. Not public: a spec fails when a new version of Node changes it. */
interface Handle {
  readonly writeQueueSize?: number;
}

/**
 * Bytes handed to the socket that the kernel has not taken. The handle counts partial writes; `writableLength` alone
 * would stand still until a whole buffer is out, and a slow reader would look like a dead one.
 */
export function unsentBytes(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: Handle | null })._handle;
  return handle?.writeQueueSize ?? socket.writableLength;
}
