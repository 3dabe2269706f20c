import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { handshake } from './raw-handshake.js';
import { RawSocket } from './raw-socket.js';

/** A real `ws` server socket, the TCP socket its upgrade came on, and a peer that does what the test says. */
export interface WsPair {
  readonly webSocket: WebSocket;
  readonly socket: Socket;
  readonly peer: RawSocket;
  close(): Promise<void>;
}

/** One connection over loopback, upgraded by `ws` alone: for specs of what `ws` itself does. */
export async function wsPair(): Promise<WsPair> {
  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const upgraded = new Promise<Pick<WsPair, 'webSocket' | 'socket'>>((resolve) => {
    server.once('upgrade', (request, socket, head) => {
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on('error', () => {});
        resolve({ webSocket, socket: socket as Socket });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const peer = await RawSocket.connect((server.address() as AddressInfo).port);
  peer.send(handshake());
  await peer.responseHead();
  return { ...(await upgraded), peer, close: () => closeAll(server, webSockets, peer) };
}

async function closeAll(server: Server, webSockets: WebSocketServer, peer: RawSocket): Promise<void> {
  peer.destroy();
  webSockets.clients.forEach((client) => client.terminate());
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
