/**
 * Commands and pushes on top of a connection. A command is answered by its `id`; every push is dispatched as
 * an event of its own name with the push's `data` as detail. Pushes nobody listens for are ignored: the
 * protocol may grow.
 */

const REPLY_TIMEOUT_MS = 10_000;

/** The server refused a command; `code`, `retryable` and `retryAfterMs` are its words. */
export class CommandRefused extends Error {
  constructor({ code, message, retryable, retryAfterMs }) {
    super(message);
    this.code = code;
    this.retryable = retryable;
    this.retryAfterMs = retryAfterMs;
  }
}

export class GatewayClient extends EventTarget {
  #connection;
  #waiting = new Map();
  #lastNumber = 0;

  constructor(connection) {
    super();
    this.#connection = connection;
    connection.addEventListener('received', ({ detail }) => this.#onText(detail));
    connection.addEventListener('closed', () => this.#failAll());
  }

  /**
   * Resolves with the reply's `data`. Rejects with `CommandRefused`, or a plain `Error` when no answer came.
   */
  request(event, data) {
    // Not a bare number: the user's own envelopes go through the same socket and bring their own ids.
    const id = `page-${++this.#lastNumber}`;
    return new Promise((resolve, reject) => {
      if (!this.#connection.send(JSON.stringify({ id, event, data }))) {
        reject(new Error('The socket is not open.'));
        return;
      }
      const timer = setTimeout(
        () => this.#settle(id).reject(new Error('No answer in time.')),
        REPLY_TIMEOUT_MS,
      );
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  #onText(text) {
    const { id, event, data } = parse(text);
    if (event === 'reply') {
      this.#settle(id)?.resolve(data);
    } else if (event === 'error') {
      this.#settle(id)?.reject(new CommandRefused(data));
    } else if (event) {
      this.dispatchEvent(new CustomEvent(event, { detail: data }));
    }
  }

  #settle(id) {
    const request = this.#waiting.get(id);
    clearTimeout(request?.timer);
    this.#waiting.delete(id);
    return request;
  }

  #failAll() {
    for (const id of this.#waiting.keys()) {
      this.#settle(id).reject(new Error('The connection closed before the answer.'));
    }
  }
}

function parse(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
