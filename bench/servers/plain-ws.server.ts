import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { USER_HEADER } from '../peers/bench-user.js';
import { answerBroadcasts } from './answer-broadcasts.js';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';
import { SocketsOfUsers } from './sockets-of-users.js';

// The broadcast loop of the `ws` documentation.
serveBench(async () => {
  const http = createServer(answerBroadcasts(({ data }) => broadcast(data)));
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const users = new SocketsOfUsers();

  function broadcast(text: string): void {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) {
        client.send(text);
      }
    }
  }

  server.on('connection', (socket, request) => {
    const user = String(request.headers[USER_HEADER]);
    users.add(user, socket);
    socket.on('close', () => {
      users.remove(user, socket);
    });
    socket.on('error', console.error);
    socket.on('message', (data: Buffer) => {
      const message = data.toString();
      if (message.startsWith('{')) {
        const { user: receiver, text } = JSON.parse(message) as { user: string; text: string };
        users.send(receiver, text);
      } else {
        broadcast(message);
      }
    });
  });
  http.listen(0, LOOPBACK);
  await once(http, 'listening');
  return portOf(http.address());
});
