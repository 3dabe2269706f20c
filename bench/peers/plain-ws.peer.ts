import { NO_HEADERS, type Peer } from './peer.js';

export const plainWsPeer: Peer = {
  name: 'plain-ws',
  title: 'plain `ws`',
  packages: ['ws'],
  serverEntry: new URL('../servers/plain-ws.server.js', import.meta.url),
  dialect: {
    path: '/',
    headersFor: () => NO_HEADERS,
    publish: (text) => text,
    delivery: (text) => text,
  },
};
