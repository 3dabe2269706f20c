/** Composition: makes the parts and says who hears whom. Nothing is computed here. */
import { BackOffice } from './back-office/back-office.js';
import { Board } from './board.js';
import { ChatPanel } from './chat/chat-panel.js';
import { ChartPanel } from './chart-panel.js';
import { Composer } from './composer.js';
import { Connection } from './connection.js';
import { deviceId } from './device-id.js';
import { byId, clockTime } from './dom.js';
import { showFrameLog } from './frame-log-view.js';
import { FrameLog } from './frame-log.js';
import { GatewayClient } from './gateway-client.js';
import { Heartbeat } from './heartbeat.js';
import { QuoteStore } from './quote-store.js';
import { startRateMeter } from './rate-meter.js';
import { describeError, RestClient } from './rest.js';
import { SignIn } from './sign-in.js';
import { StatusBar } from './status-bar.js';
import { Subscriptions } from './subscriptions.js';
import { toast } from './toasts.js';
import { TokenSource } from './token-source.js';
import { Updates } from './updates.js';

const gatewayUrl = new URL('./ws', location.href);
gatewayUrl.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
gatewayUrl.hash = '';
gatewayUrl.search = new URLSearchParams({ device: deviceId() }).toString();

const rest = new RestClient();
const tokens = new TokenSource(rest);
const connection = new Connection(gatewayUrl.href, (options) => tokens.forHandshake(options));
const client = new GatewayClient(connection);
const heartbeat = new Heartbeat(connection, client);
const store = new QuoteStore();
const subscriptions = new Subscriptions(client, store);
const log = new FrameLog();

const signIn = new SignIn(tokens);
const statusBar = new StatusBar(connection, heartbeat);
const board = new Board(store, subscriptions);
const chartPanel = new ChartPanel(store);
const chat = new ChatPanel(client, connection);
const updates = new Updates(client);
const composer = new Composer(connection);
const backOffice = new BackOffice(rest, tokens);
startRateMeter(connection, client);
showFrameLog(log);

/** Runs what the user or the server set off; a failure is told, never thrown into nowhere. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    toast('warn', describeError(error));
  }
}

connection.addEventListener('sent', ({ detail }) => log.frame('out', detail));
connection.addEventListener('received', ({ detail }) => log.frame('in', detail));
connection.addEventListener('closed', ({ detail }) =>
  log.socket('closed', `${detail.code} ${detail.reason}`),
);
connection.addEventListener('state', () => {
  if (connection.readyState === WebSocket.OPEN) {
    log.socket('open');
  }
});
rest.addEventListener('call', ({ detail }) => log.call(detail));

client.addEventListener('welcome', ({ detail: welcome }) => {
  statusBar.showUser(welcome);
  backOffice.showFor(welcome.roles);
  openMarket(welcome.limits?.subscriptions).catch((error) => board.explain(describeError(error)));
});
client.addEventListener('quotes', ({ detail }) => store.takeUpdates(detail));
client.addEventListener('lagged', ({ detail }) => {
  toast('warn', `${detail.missed} quotes missed`, detail.symbols?.join(', '));
});
client.addEventListener('reconnect', ({ detail: { afterMs, reason } }) => {
  toast('info', 'The server asked for a reconnect', `${reason}, in ${(afterMs / 1000).toFixed(1)} s`);
  connection.reconnectAfter(afterMs);
});
client.addEventListener('auth.expiring', ({ detail: { expiresAt } }) => {
  if (tokens.canRenew) {
    void attempt(async () => client.request('auth.refresh', { token: await tokens.renew() }));
  } else {
    toast('warn', `The token ends at ${clockTime(new Date(expiresAt))}`, 'Sign in again to stay.');
  }
});
connection.addEventListener('closed', () => subscriptions.suspend());
connection.addEventListener('stopped', ({ detail: { error } }) => {
  if (error) {
    tokens.signOut();
    signIn.show(describeError(error));
  }
});

async function openMarket(limit) {
  const { symbols } = await rest.call('GET', './v1/quotes', { token: tokens.current });
  // A bare name, or a record that says more about the instrument.
  const instruments = symbols.map((entry) => (typeof entry === 'string' ? { symbol: entry } : entry));
  chartPanel.know(instruments);
  board.show(instruments);
  await subscriptions.restore(
    instruments.map(({ symbol }) => symbol),
    limit,
  );
}

board.addEventListener('select', ({ detail }) => chartPanel.select(detail));
board.addEventListener('toggle', ({ detail }) => void attempt(() => subscriptions.toggle(detail)));
composer.addEventListener('answer', ({ detail: { command, data } }) => {
  if (command.startsWith('quotes.')) {
    subscriptions.adoptByHand(data);
  }
});

signIn.addEventListener('signed-in', () => connection.open());
byId('connect').addEventListener('click', () => connection.open());
byId('disconnect').addEventListener('click', () => connection.close());
byId('sign-out').addEventListener('click', () => {
  connection.close();
  tokens.signOut();
  subscriptions.forget();
  updates.clear();
  chat.forget();
  backOffice.forget();
  signIn.show();
});

signIn.takeTokenFromAddress();
