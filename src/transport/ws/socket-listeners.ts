import type { SocketConnection } from './socket-connection.js';

/** What happens on an open WebSocket. */
export interface ConnectionObserver {
  received(connection: SocketConnection, data: Buffer, isBinary: boolean): void;
  receivedControlFrame(connection: SocketConnection): void;
  /** The receiver took what was written; more may follow. */
  drained(connection: SocketConnection): void;
  ended(connection: SocketConnection, closeCode: number): void;
}

const kConnection = Symbol('connection');
const kObserver = Symbol('observer');

/** Listeners find what they need on the emitter: five functions for all sockets instead of five closures for each. */
interface Carrier {
  [kConnection]: SocketConnection;
  [kObserver]: ConnectionObserver;
}

export function listen(connection: SocketConnection, observer: ConnectionObserver): void {
  const { webSocket, socket } = connection;
  carry(webSocket, connection, observer);
  carry(socket, connection, observer);
  webSocket.on('message', onMessage);
  webSocket.on('ping', onControlFrame);
  webSocket.on('pong', onControlFrame);
  webSocket.on('error', onError);
  webSocket.on('close', onClose);
  socket.on('drain', onDrain);
}

/** Plain assignments: `Object.assign` with computed keys leaves the engine's fast path, once for each of two emitters. */
function carry(emitter: object, connection: SocketConnection, observer: ConnectionObserver): void {
  const carrier = emitter as Carrier;
  carrier[kConnection] = connection;
  carrier[kObserver] = observer;
}

function onMessage(this: unknown, data: unknown, isBinary: boolean): void {
  const carrier = this as Carrier;
  carrier[kObserver].received(carrier[kConnection], data as Buffer, isBinary);
}

function onControlFrame(this: unknown): void {
  const carrier = this as Carrier;
  carrier[kObserver].receivedControlFrame(carrier[kConnection]);
}

/** A socket without an `error` listener would end the process; `close` follows and tells the rest. */
function onError(this: unknown, error: NodeJS.ErrnoException): void {
  (this as Carrier)[kConnection].protocolErrorCode = error.code;
}

function onClose(this: unknown, code: number): void {
  const carrier = this as Carrier;
  carrier[kObserver].ended(carrier[kConnection], code);
}

function onDrain(this: unknown): void {
  const carrier = this as Carrier;
  carrier[kObserver].drained(carrier[kConnection]);
}
