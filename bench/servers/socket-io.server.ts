import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

serveBench(async () => {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], perMessageDeflate: false, serveClient: false });
  io.on('connection', (socket) => {
    socket.on('bench.publish', (data: unknown) => {
      io.emit('bench', data);
    });
  });
  http.listen(0, LOOPBACK);
  await once(http, 'listening');
  return portOf(http.address());
});
