/** Quotes, frames and bytes that came in during the last second. */
import { byId, setText } from './dom.js';

const SHOW_EVERY_MS = 1_000;

export function startRateMeter(connection, client) {
  let quotes = 0;
  let frames = 0;
  let bytes = 0;
  connection.addEventListener('received', ({ detail: text }) => {
    frames += 1;
    // Length in UTF-16 units; near enough for a meter, as the wire is almost all ASCII.
    bytes += text.length;
  });
  client.addEventListener('quotes', ({ detail }) => (quotes += detail.length));
  setInterval(() => {
    setText(byId('rate'), `${quotes} quotes/s · ${frames} frames/s · ${(bytes / 1024).toFixed(1)} kB/s`);
    quotes = frames = bytes = 0;
  }, SHOW_EVERY_MS);
}
