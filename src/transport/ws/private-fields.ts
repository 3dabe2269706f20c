import { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import type { WebSocket } from 'ws';

/**
 * Everything the product reads or calls that `ws` and Node do not promise. A spec fails when a new version changes it,
 * and where it is missing the public API does the work.
 */

/** The part of `ws`'s receiver that is read. */
interface Receiver {
  /** 0 between frames. */
  readonly _state: number;
  /** Opcode of the fragmented message that is under way, else 0. */
  readonly _fragmented: number;
  /** Bytes received and not yet consumed. */
  readonly _bufferedBytes: number;
}

/** The handle below a `net.Socket`. */
interface TcpHandle {
  /** Bytes that the kernel has not taken. */
  readonly writeQueueSize?: number;
  /** Returns 0 or a negative system error. `request` belongs to libuv until it is complete. */
  writeBuffer?(request: WriteRequest, bytes: Uint8Array): number;
}

/** Node's `WriteWrap`. */
interface WriteRequest {
  /** -1 while libuv has not taken it. */
  getAsyncId?(): number;
  oncomplete?: (status: number) => void;
  /** Keeps the bytes alive until they are written. */
  bytes?: Uint8Array;
  listener?: PendingWriteListener;
}

/** Told of a direct write that the kernel did not take at once. */
export interface PendingWriteListener {
  writePending(): void;
  /** `error`: the connection is broken. */
  writeCompleted(error: Error | undefined): void;
}

/**
 * True while the peer owes the rest of a frame or of a fragmented message: `ws` has no event and no timeout for it.
 * Without the field false: such a peer then costs a connection until its heartbeat is missed.
 */
export function hasUnfinishedMessage(webSocket: WebSocket): boolean {
  const receiver = (webSocket as unknown as { _receiver?: Receiver })._receiver;
  return (
    receiver !== undefined &&
    (receiver._state !== 0 || receiver._fragmented !== 0 || receiver._bufferedBytes > 0)
  );
}

/**
 * Bytes handed to the socket that the kernel has not taken. The handle counts partial writes; `writableLength` alone
 * would stand still until a whole buffer is out, and a slow reader would look like a dead one.
 */
export function unsentBytes(socket: Socket): number {
  return handleOf(socket)?.writeQueueSize ?? socket.writableLength;
}

/**
 * Writes past the stream of the socket: spares its bookkeeping (docs/performance.md) and knows when the bytes are gone.
 * Undefined: nothing is written and `socket.write` has to; false: libuv holds the bytes until the listener is told; true:
 * they are gone. Keeps its order with `socket.write`, which ends in the same queue.
 */
export function writeDirectly(
  socket: Socket,
  bytes: Uint8Array,
  listener: PendingWriteListener,
): boolean | undefined {
  const handle = handleOf(socket);
  if (handle?.writeBuffer === undefined) {
    return undefined;
  }
  // A subclass, TLS above all, completes requests in ways of its own; what waits in the stream would be overtaken.
  if (socket.constructor !== Socket || socket.writableLength > 0) {
    return undefined;
  }
  if (spareRequest === undefined) {
    if (isUnknownRequest) {
      return undefined;
    }
    return writeAndLearn(socket, handle, bytes);
  }
  if (handle.writeBuffer(spareRequest, bytes) !== 0) {
    // The stream meets the same error and knows what to do with it.
    return undefined;
  }
  // An empty queue would not do: libuv may take the request and write the rest at once, and completes it in a later turn.
  // To use a request that is taken again ends the process.
  if (spareRequest.getAsyncId!() !== NOT_TAKEN) {
    keepUntilWritten(spareRequest, bytes, listener);
    spareRequest = new (spareRequest.constructor as new () => WriteRequest)();
    return false;
  }
  return true;
}

const NOT_TAKEN = -1;

/** libuv takes a request only when it cannot write all bytes at once: until then all writes share this one. */
let spareRequest: WriteRequest | undefined;
/** This version of Node has other requests than the ones we know: all writes go by the stream. */
let isUnknownRequest = false;

/** Node does not export the class of its write requests: the first write goes by the stream, and shows one. */
function writeAndLearn(socket: Socket, handle: TcpHandle, bytes: Uint8Array): boolean {
  const writeBuffer = handle.writeBuffer!.bind(handle);
  let shown: WriteRequest | undefined;
  handle.writeBuffer = (request, buffer) => {
    shown = request;
    return writeBuffer(request, buffer);
  };
  socket.write(bytes);
  delete handle.writeBuffer;
  if (typeof shown?.getAsyncId === 'function') {
    spareRequest = new (shown.constructor as new () => WriteRequest)();
  } else if (shown !== undefined) {
    isUnknownRequest = true;
  }
  // The stream does not say whether it still holds the bytes.
  return false;
}

function keepUntilWritten(request: WriteRequest, bytes: Uint8Array, listener: PendingWriteListener): void {
  request.bytes = bytes;
  request.listener = listener;
  request.oncomplete = onComplete;
  listener.writePending();
}

function onComplete(this: WriteRequest, status: number): void {
  const error = status < 0 ? new Error(`write ${getSystemErrorName(status)}`) : undefined;
  this.listener?.writeCompleted(error);
}

function handleOf(socket: Socket): TcpHandle | null | undefined {
  return (socket as unknown as { _handle?: TcpHandle | null })._handle;
}
