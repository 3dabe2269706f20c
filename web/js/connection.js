/**
 * One WebSocket that comes back by itself. It knows close codes and waiting, and nothing of what is said.
 *
 * Events: `state` (the ready state changed), `sent` and `received` (detail: text), `closed` (detail: code,
 * reason), `waiting` (detail: delayMs), `stopped` (detail: error?; it will not come back by itself).
 */
import { backoffMs } from './backoff.js';
import { reconnectRule } from './close-codes.js';

const SUBPROTOCOL = 'tidegate.v1.json';

/** A connection that lived this long forgets its failures. */
const STABLE_AFTER_MS = 10_000;

/** Spreads the clients of one instance that was told to drain. */
const RECONNECT_JITTER_MS = 1_000;

export class Connection extends EventTarget {
  #url;
  #getToken;
  #socket;
  #isWanted = false;
  #failures = 0;
  #timer;
  #stableTimer;
  /** Grows whenever an earlier intention to dial is void: its token may still be on the way. */
  #intention = 0;

  /**
   * @param {string} url
   * @param {(options: { isNew: boolean }) => Promise<string>} getToken an error with `isFinal` ends the
   * attempts
   */
  constructor(url, getToken) {
    super();
    this.#url = url;
    this.#getToken = getToken;
  }

  get readyState() {
    return this.#socket?.readyState ?? WebSocket.CLOSED;
  }

  open() {
    this.#isWanted = true;
    this.#failures = 0;
    void this.#dial();
  }

  /** Ends the connection for good: the user asked. */
  close() {
    this.#cancelPlans();
    this.#isWanted = false;
    if (this.#socket) {
      this.#socket.close(1000, 'client_done');
      this.#emit('state');
    } else {
      this.#emit('stopped', {});
    }
  }

  send(text) {
    if (this.readyState !== WebSocket.OPEN) {
      return false;
    }
    this.#socket.send(text);
    this.#emit('sent', text);
    return true;
  }

  /** The server asked for it: stay until then, and then take a new connection. */
  reconnectAfter(afterMs) {
    this.#failures = 0;
    this.#dialIn(afterMs + Math.random() * RECONNECT_JITTER_MS);
  }

  /**
   * Takes the peer for dead. Its closing handshake could last as long as the silence did, so nobody waits for
   * it.
   */
  giveUp(reason) {
    // 1006 is what a browser reports for a peer that went away without a close frame (RFC 6455 section
    // 7.1.5).
    this.#abandon(1006, reason);
    this.#planReturn(1006);
  }

  async #dial({ isNew = false } = {}) {
    this.#cancelPlans();
    const intention = this.#intention;
    try {
      const token = await this.#getToken({ isNew });
      if (intention === this.#intention) {
        this.#abandon(1000, 'replaced');
        this.#connect(token);
      }
    } catch (error) {
      if (intention === this.#intention) {
        this.#onTokenFailed(error, isNew);
      }
    }
  }

  #connect(token) {
    // A browser cannot set headers on an upgrade: the token travels as a subprotocol, which the server never
    // selects.
    const socket = new WebSocket(this.#url, [SUBPROTOCOL, `bearer.${token}`]);
    const on = (type, listener) =>
      socket.addEventListener(type, (event) => socket === this.#socket && listener(event));
    on('open', () => this.#onOpen());
    on('message', ({ data }) => this.#emit('received', String(data)));
    on('close', ({ code, reason }) => this.#onClosed(code, reason));
    this.#socket = socket;
    this.#emit('state');
  }

  #onOpen() {
    this.#stableTimer = setTimeout(() => (this.#failures = 0), STABLE_AFTER_MS);
    this.#emit('state');
  }

  #onClosed(code, reason) {
    this.#forget(code, reason);
    this.#planReturn(code);
  }

  /** From here on, whatever the socket still reports is no longer ours. */
  #abandon(code, reason) {
    const socket = this.#socket;
    if (socket) {
      this.#forget(code, reason);
      socket.close(1000, reason);
    }
  }

  #forget(code, reason) {
    clearTimeout(this.#stableTimer);
    this.#socket = undefined;
    this.#emit('state');
    this.#emit('closed', { code, reason });
  }

  #planReturn(code) {
    const { mayReturn, floorMs, needsNewToken } = reconnectRule(code);
    if (!mayReturn || !this.#isWanted) {
      this.#cancelPlans();
      this.#emit('stopped', {});
      return;
    }
    // A plan made before the close is the time the server named in `reconnect`: it holds.
    if (this.#timer === undefined) {
      this.#dialIn(floorMs + backoffMs(this.#failures++), { isNew: needsNewToken });
    }
  }

  #onTokenFailed(error, isNew) {
    if (error.isFinal) {
      this.#emit('stopped', { error });
    } else {
      this.#dialIn(backoffMs(this.#failures++), { isNew });
    }
  }

  #dialIn(delayMs, options) {
    this.#cancelPlans();
    this.#timer = setTimeout(() => void this.#dial(options), delayMs);
    this.#emit('waiting', { delayMs });
  }

  #cancelPlans() {
    this.#intention += 1;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
