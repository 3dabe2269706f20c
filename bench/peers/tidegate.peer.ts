import { signBenchToken } from './bench-token.js';
import type { Peer } from './peer.js';

export const tidegatePeer: Peer = {
  name: 'tidegate',
  title: '**Tidegate**',
  packages: ['@nestjs/core', 'ws'],
  serverEntry: new URL('../servers/tidegate.server.js', import.meta.url),
  dialect: {
    path: '/ws',
    headersFor: (connection) => ({ Authorization: `Bearer ${signBenchToken(`user-${connection}`)}` }),
    readyPrefix: '{"event":"welcome"',
    publish: (text) => JSON.stringify({ event: 'bench.publish', data: text }),
    delivery: (text) => JSON.stringify({ event: 'bench', data: text }),
  },
};
