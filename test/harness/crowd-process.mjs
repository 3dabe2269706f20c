// A crowd of clients in a process of its own, as lean as they get: raw sockets that send the opening handshake and
// then read nothing into memory. Messages from the parent: {port, path, count, tokens} opens, 'leave' closes.
import { connect } from 'node:net';

const AT_ONCE = 200;
let sockets = [];

function open({ port, path }, token) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('data', (data) => {
      socket.off('error', reject);
      socket.on('error', () => {});
      socket.resume();
      const [statusLine] = data.toString('latin1').split('\r\n');
      if (statusLine.includes(' 101 ')) {
        resolve(socket);
      } else {
        reject(new Error(statusLine));
      }
    });
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
  });
}

async function enter(order) {
  while (sockets.length < order.count) {
    const size = Math.min(AT_ONCE, order.count - sockets.length);
    const batch = Array.from({ length: size }, (_, index) =>
      open(order, order.tokens[(sockets.length + index) % order.tokens.length]),
    );
    sockets.push(...(await Promise.all(batch)));
  }
}

function leave() {
  // Half of them say goodbye to the kernel, half just vanish.
  sockets.forEach((socket, index) => (index % 2 === 0 ? socket.resetAndDestroy() : socket.destroy()));
  sockets = [];
}

async function obey(order) {
  try {
    await (order === 'leave' ? leave() : enter(order));
    process.send('done');
  } catch (error) {
    process.send(`failed: ${error.message}`);
  }
}

process.on('message', (order) => void obey(order));
process.on('disconnect', () => process.exit(0));
