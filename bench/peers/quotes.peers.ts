import { ALL_SYMBOLS } from '../load/quote-frames.js';
import { plainWsPeer } from './plain-ws.peer.js';
import { tidegatePeer } from './tidegate.peer.js';
import type { Peer } from './peer.js';

export const QUOTES_INTERVAL_MS = 100;

const SETTINGS = {
  QUOTES_SYMBOLS: ALL_SYMBOLS.join(','),
  QUOTES_INTERVAL_MS: String(QUOTES_INTERVAL_MS),
};

export const tidegateQuotesPeer: Peer = { ...tidegatePeer, settings: SETTINGS };

/** What a careful user writes by hand: each quote stringified once, one message a client and interval. */
export const plainWsQuotesPeer: Peer = {
  ...plainWsPeer,
  title: 'plain `ws`, written for it',
  serverEntry: new URL('../servers/plain-ws-quotes.server.js', import.meta.url),
  settings: SETTINGS,
};
