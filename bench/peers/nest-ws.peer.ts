import { NO_HEADERS, type Peer } from './peer.js';

export const nestWsPeer: Peer = {
  name: 'nest-ws',
  title: "Nest's stock `WsAdapter`",
  packages: ['@nestjs/websockets', '@nestjs/platform-ws', 'ws'],
  serverEntry: new URL('../servers/nest-ws.server.js', import.meta.url),
  dialect: {
    path: '/',
    headersFor: () => NO_HEADERS,
    publish: (text) => JSON.stringify({ event: 'bench.publish', data: text }),
    delivery: (text) => JSON.stringify({ event: 'bench', data: text }),
  },
};
