/** The state of the connection in words: ready state, last close, when it comes back, round trip time. */
import { byId, setText } from './dom.js';

const READY_STATES = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
const COUNTDOWN_EVERY_MS = 200;

export class StatusBar {
  #connection;
  #countdown;

  constructor(connection, heartbeat) {
    this.#connection = connection;
    connection.addEventListener('state', () => this.#showState());
    connection.addEventListener('closed', ({ detail }) => this.#showClose(detail));
    connection.addEventListener('waiting', ({ detail }) => this.#countDown(detail.delayMs));
    connection.addEventListener('stopped', () => this.#showStopped());
    heartbeat.addEventListener('roundtrip', ({ detail }) => setText(byId('rtt'), `${detail.toFixed(1)} ms`));
    this.#showState();
  }

  showUser({ user, session, roles = [] }) {
    setText(byId('user-name'), user);
    setText(byId('user-roles'), roles.join(', ') || 'member');
    setText(byId('user-session'), session);
    byId('user-session').title = session;
  }

  #showState() {
    const name = READY_STATES[this.#connection.readyState];
    document.body.dataset.readyState = name;
    setText(byId('ready-state'), name);
    byId('connect').disabled = name !== 'CLOSED';
    byId('disconnect').disabled = name === 'CLOSED';
    if (name === 'CONNECTING' || name === 'OPEN') {
      this.#note('');
    }
    if (name !== 'OPEN') {
      setText(byId('rtt'), '—');
    }
  }

  #showStopped() {
    this.#note('');
    byId('disconnect').disabled = this.#connection.readyState === WebSocket.CLOSED;
  }

  #showClose({ code, reason }) {
    setText(byId('close-info'), [code, reason].filter(Boolean).join(' '));
    byId('close').hidden = false;
  }

  #countDown(delayMs) {
    const dueAt = performance.now() + delayMs;
    const show = () => {
      const seconds = Math.max(0, dueAt - performance.now()) / 1000;
      this.#write(`reconnecting in ${seconds.toFixed(1)} s`);
    };
    // There is something to call off.
    byId('disconnect').disabled = false;
    clearInterval(this.#countdown);
    this.#countdown = setInterval(show, COUNTDOWN_EVERY_MS);
    show();
  }

  #note(text) {
    clearInterval(this.#countdown);
    this.#write(text);
  }

  #write(text) {
    setText(byId('retry-note'), text);
  }
}
