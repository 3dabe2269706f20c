import type { WebSocket } from 'ws';

/** The part of `ws`'s receiver we read. Not public: a spec fails when a new version of `ws` changes it. */
interface Receiver {
  /** 0 between frames. */
  readonly _state: number;
  /** Opcode of the fragmented message that is under way, else 0. */
  readonly _fragmented: number;
  /** Bytes received and not yet consumed. */
  readonly _bufferedBytes: number;
}

/** True while the peer owes the rest of a frame or of a fragmented message. `ws` has no event and no timeout for it. */
export function hasUnfinishedMessage(webSocket: WebSocket): boolean {
  const receiver = (webSocket as unknown as { _receiver?: Receiver })._receiver;
  return (
    receiver !== undefined &&
    (receiver._state !== 0 || receiver._fragmented !== 0 || receiver._bufferedBytes > 0)
  );
}
