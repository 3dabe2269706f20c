/**
 * Proof of life that a page can see: a browser answers ping frames by itself and tells nobody (RFC 6455
 * section 5.5.2 has no counterpart in the WebSocket API). So the page sends the `ping` command, times the
 * reply, and gives up a connection that stays silent.
 */
const FIRST_PING_AFTER_MS = 1_000;
const PING_EVERY_MS = 25_000;
const SILENCE_LIMIT_MS = 60_000;
const ANSWER_GRACE_MS = 5_000;
const CHECK_EVERY_MS = 5_000;

export class Heartbeat extends EventTarget {
  #connection;
  #client;
  #timer;
  #heardAt = 0;
  #pingedAt = 0;

  constructor(connection, client) {
    super();
    this.#connection = connection;
    this.#client = client;
    connection.addEventListener('received', () => (this.#heardAt = performance.now()));
    connection.addEventListener('closed', () => clearInterval(this.#timer));
    client.addEventListener('welcome', () => this.#start());
  }

  #start() {
    clearInterval(this.#timer);
    this.#pingedAt = performance.now();
    this.#timer = setInterval(() => this.#check(), CHECK_EVERY_MS);
    // Not at once: the page is busy drawing then, and would time itself.
    setTimeout(() => void this.#ping(), FIRST_PING_AFTER_MS);
  }

  #check() {
    const now = performance.now();
    // Timers of a hidden tab run once a minute. Silence counts only after a ping that had its chance to be
    // answered.
    const isPingUnanswered = this.#pingedAt > this.#heardAt && now - this.#pingedAt >= ANSWER_GRACE_MS;
    if (isPingUnanswered && now - this.#heardAt >= SILENCE_LIMIT_MS) {
      this.#connection.giveUp('silent');
    } else if (now - this.#pingedAt >= PING_EVERY_MS) {
      void this.#ping();
    }
  }

  async #ping() {
    const sentAt = performance.now();
    this.#pingedAt = sentAt;
    try {
      await this.#client.request('ping', {});
      const roundTripMs = performance.now() - sentAt;
      this.dispatchEvent(new CustomEvent('roundtrip', { detail: roundTripMs }));
    } catch {
      // Refused or unanswered: the silence check decides.
    }
  }
}
