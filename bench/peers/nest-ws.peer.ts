import { userHeaders } from './bench-user.js';
import type { Peer } from './peer.js';

export const nestWsPeer: Peer = {
  name: 'nest-ws',
  title: "Nest's stock `WsAdapter`",
  packages: ['@nestjs/websockets', '@nestjs/platform-ws', 'ws'],
  serverEntry: new URL('../servers/nest-ws.server.js', import.meta.url),
  dialect: {
    path: '/',
    headersFor: userHeaders,
    publish: (text) => JSON.stringify({ event: 'bench.publish', data: text }),
    publishTo: (user, text) => JSON.stringify({ event: 'bench.send', data: { user, text } }),
    delivery: (text) => JSON.stringify({ event: 'bench', data: text }),
  },
};
