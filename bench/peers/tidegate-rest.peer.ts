import { signBenchToken } from './bench-token.js';
import { ANY_CHARACTER, type Dialect, type Peer } from './peer.js';
import { sqlitePeer } from './tidegate-stores.peer.js';
import { tidegatePeer } from './tidegate.peer.js';

const ID_CHARACTERS = 36;
const NOW_MS = Date.now();

/** Over REST a text becomes an update, which has an id and a time to live. */
const dialect: Dialect = {
  ...tidegatePeer.dialect,
  restHeaders: () => ({ Authorization: `Bearer ${signBenchToken('back-office', 'broadcast')}` }),
  delivery: (text) =>
    JSON.stringify({
      event: 'update',
      data: {
        id: ANY_CHARACTER.repeat(ID_CHARACTERS),
        event: 'bench',
        data: text,
        sentAt: NOW_MS,
        expiresAt: NOW_MS,
        requireAck: false,
      },
    }),
};

/** Tidegate with its store in memory. */
export const tidegateRestPeer: Peer = { ...tidegatePeer, title: '**Tidegate**, `memory:`', dialect };

/** Tidegate on a SQLite file, as it comes. */
export const sqliteRestPeer: Peer = { ...sqlitePeer, title: '**Tidegate**, SQLite', dialect };
