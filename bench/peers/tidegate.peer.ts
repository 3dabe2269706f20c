import { signBenchToken } from './bench-token.js';
import { benchUser } from './bench-user.js';
import type { Peer } from './peer.js';

export const tidegatePeer: Peer = {
  name: 'tidegate',
  title: '**Tidegate**',
  packages: ['@nestjs/core', 'ws'],
  serverEntry: new URL('../servers/tidegate.server.js', import.meta.url),
  dialect: {
    path: '/ws',
    headersFor: (connection) => ({ Authorization: `Bearer ${signBenchToken(benchUser(connection))}` }),
    readyPrefix: '{"event":"welcome"',
    publish: (text) => JSON.stringify({ event: 'bench.publish', data: text }),
    publishTo: (user, text) => JSON.stringify({ event: 'bench.send', data: { user, text } }),
    delivery: (text) => JSON.stringify({ event: 'bench', data: text }),
  },
  flushCounters: {
    path: '/metrics',
    deliveries: 'ws_deliveries_total',
    flushes: 'ws_flushes_total',
  },
};
