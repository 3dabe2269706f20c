import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

// The broadcast loop of the `ws` documentation.
serveBench(async () => {
  const server = new WebSocketServer({ host: LOOPBACK, port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('error', console.error);
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      for (const client of server.clients) {
        if (client.readyState === WebSocket.OPEN) {
          client.send(text);
        }
      }
    });
  });
  await once(server, 'listening');
  return portOf(server.address());
});
