/** Sends what the user typed, exactly as typed: the server's answer to nonsense is worth seeing too. */
import { byId, setText } from './dom.js';
import { compact, indented, showJson } from './json-view.js';

const ANSWER_WITHIN_MS = 5_000;

const PRESETS = {
  ping: { id: 1, event: 'ping', data: {} },
  echo: { id: 2, event: 'echo', data: { hello: 'tide' } },
  list: { id: 3, event: 'quotes.list' },
  subscribe: { id: 4, event: 'quotes.subscribe', data: { symbols: ['AAPL', 'NO-SUCH'] } },
  unsubscribe: { id: 5, event: 'quotes.unsubscribe', data: { symbols: ['AAPL'] } },
  unknown: { id: 6, event: 'no.such.command' },
  invalid: { id: 7, event: 'quotes.subscribe', data: { symbols: 'AAPL' } },
};
const MALFORMED = '{ "id": 8, "event": ';

/** Events: `answer` (detail: command, data) for every command of the user that was not refused. */
export class Composer extends EventTarget {
  #connection;
  #text = byId('envelope');
  #awaited;

  constructor(connection) {
    super();
    this.#connection = connection;
    connection.addEventListener('received', ({ detail }) => this.#onReceived(detail));
    byId('presets').addEventListener('click', ({ target }) => this.#usePreset(target.dataset.preset));
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        this.#send();
      }
    });
    this.#usePreset('echo');
  }

  #usePreset(name) {
    if (name) {
      this.#text.value = name in PRESETS ? compact(PRESETS[name]) : MALFORMED;
    }
  }

  #send() {
    clearTimeout(this.#awaited?.timer);
    this.#awaited = undefined;
    const text = this.#text.value;
    if (!this.#connection.send(text)) {
      this.#say('The socket is not open: connect first.');
      return;
    }
    this.#say('Waiting for the answer…');
    const timer = setTimeout(
      () => this.#say(`No answer within ${ANSWER_WITHIN_MS / 1000} s.`),
      ANSWER_WITHIN_MS,
    );
    this.#awaited = { ...envelope(text), sentAt: performance.now(), timer };
  }

  #onReceived(text) {
    const awaited = this.#awaited;
    const { id, event, data } = awaited ? envelope(text) : {};
    // What could not be read is refused without an id.
    if ((event !== 'reply' && event !== 'error') || id !== awaited.id) {
      return;
    }
    clearTimeout(awaited.timer);
    this.#awaited = undefined;
    this.#say(`${event} after ${(performance.now() - awaited.sentAt).toFixed(1)} ms`, event, text);
    if (event === 'reply') {
      this.dispatchEvent(new CustomEvent('answer', { detail: { command: awaited.event, data } }));
    }
  }

  #say(status, kind = '', json = '') {
    setText(byId('composer-status'), status);
    byId('composer-status').dataset.kind = kind;
    showJson(byId('composer-reply'), indented(json));
    byId('composer-reply').hidden = json === '';
  }
}

function envelope(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
