import { userHeaders } from './bench-user.js';
import type { Peer } from './peer.js';

/** `4` is an Engine.IO message; `0` and `2` after it are the Socket.IO packets CONNECT and EVENT. */
const CONNECT = '40';
const EVENT = '42';

export const socketIoPeer: Peer = {
  name: 'socket-io',
  title: 'Socket.IO',
  packages: ['socket.io', 'engine.io', 'ws'],
  serverEntry: new URL('../servers/socket-io.server.js', import.meta.url),
  dialect: {
    path: '/socket.io/?EIO=4&transport=websocket',
    headersFor: userHeaders,
    opening: CONNECT,
    readyPrefix: CONNECT,
    heartbeat: { ping: '2', pong: '3' },
    publish: (text) => EVENT + JSON.stringify(['bench.publish', text]),
    publishTo: (user, text) => EVENT + JSON.stringify(['bench.send', { user, text }]),
    delivery: (text) => EVENT + JSON.stringify(['bench', text]),
  },
};
