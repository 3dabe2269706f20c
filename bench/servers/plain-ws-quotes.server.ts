import { once } from 'node:events';
import { WebSocket, WebSocketServer } from 'ws';
import { SimulatedInstrument } from '../../src/adapters/feed/simulated-instrument.js';
import { FIRST_PUSH } from '../load/quote-frames.js';
import { LOOPBACK, portOf, serveBench } from './serve-bench.js';

const SEED = 42;

/** The same market as the gateway's, pushed by a timer: no limits, no authentication, no care for slow readers. */
serveBench(async ({ QUOTES_SYMBOLS = '', QUOTES_INTERVAL_MS = '' }) => {
  const intervalMs = Number(QUOTES_INTERVAL_MS);
  const instruments = QUOTES_SYMBOLS.split(',').map((symbol) => new SimulatedInstrument(symbol, SEED));
  const subscriptions = new Map<WebSocket, readonly string[]>();
  const server = new WebSocketServer({ host: LOOPBACK, port: 0, perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('error', console.error);
    socket.on('close', () => subscriptions.delete(socket));
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text.startsWith('{')) {
        const command = JSON.parse(text) as { id: number; data: { symbols: readonly string[] } };
        subscriptions.set(socket, command.data.symbols);
        socket.send(JSON.stringify({ id: command.id, event: 'reply', data: {} }));
      } else {
        broadcast(server, text);
      }
    });
  });
  let push = FIRST_PUSH;
  setInterval(() => {
    push += 1;
    const pushedAt = Date.now();
    const quotes = new Map(
      instruments.map((instrument) => {
        const { symbol } = instrument;
        const { symbol: _, ...tick } = instrument.next(intervalMs);
        return [symbol, JSON.stringify({ pushedAt, push, symbol, ...tick })];
      }),
    );
    for (const [socket, symbols] of subscriptions) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(`{"event":"quotes","data":[${symbols.map((symbol) => quotes.get(symbol)).join(',')}]}`);
      }
    }
  }, intervalMs);
  await once(server, 'listening');
  return portOf(server.address());
});

function broadcast(server: WebSocketServer, text: string): void {
  for (const client of server.clients) {
    if (client.readyState === WebSocket.OPEN) {
      client.send(text);
    }
  }
}
