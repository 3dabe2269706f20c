import { userHeaders } from './bench-user.js';
import type { Peer } from './peer.js';

export const plainWsPeer: Peer = {
  name: 'plain-ws',
  title: 'plain `ws`',
  packages: ['ws'],
  serverEntry: new URL('../servers/plain-ws.server.js', import.meta.url),
  dialect: {
    path: '/',
    headersFor: userHeaders,
    publish: (text) => text,
    publishTo: (user, text) => JSON.stringify({ user, text }),
    delivery: (text) => text,
  },
};
