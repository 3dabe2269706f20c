import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { USER_HEADER } from '../peers/bench-user.js';
import { answerBroadcasts } from './answer-broadcasts.js';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

serveBench(async () => {
  const http = createServer(answerBroadcasts(({ event, data }) => io.emit(event, data)));
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
  io.on('connection', (socket) => {
    // A room for each user, as the documentation advises.
    void socket.join(String(socket.handshake.headers[USER_HEADER]));
    socket.on('bench.publish', (data: unknown) => {
      io.emit('bench', data);
    });
    socket.on('bench.send', ({ user, text }: { user: string; text: string }) => {
      io.to(user).emit('bench', text);
    });
  });
  http.listen(0, LOOPBACK);
  await once(http, 'listening');
  return portOf(http.address());
});
