/**
 * Carries messages from the outbox to the server: one at a time in each room, so that they keep their order, and again
 * under the same id until an answer came.
 *
 * Events: `change` (detail: room), `stored` (detail: item, reply).
 */
import { CommandRefused } from '../gateway-client.js';
import { passing } from '../storage.js';
import { randomUuid } from '../uuid.js';

/** Before a message that nobody answered, or that found the store away, goes again. */
const RETRY_MS = 2_000;

export class Sender extends EventTarget {
  #client;
  #outbox;
  #user;
  #busy = new Set();
  #mayWriteTo;

  /** @param mayWriteTo whether the room is joined just now */
  constructor(client, outbox, mayWriteTo) {
    super();
    this.#client = client;
    this.#outbox = outbox;
    this.#mayWriteTo = mayWriteTo;
    this.#mayWriteTo = mayWriteTo;
  }

  /** Works for this user. What an earlier load of this tab had not brought away goes, too. */
  signIn(user) {
    if (user !== this.#user) {
      this.#user = user;
      this.#outbox.clear();
      this.#outbox.restore(passing.read(this.#key()));
    }
  }

  forget() {
    this.#outbox.clear();
    this.#save();
    this.#user = undefined;
  }

  write(room, body) {
    this.#outbox.add({ room, clientMsgId: randomUuid(), body, time: Date.now() });
    this.#changed(room);
    void this.drain(room);
  }

  retry({ room, clientMsgId }) {
    this.#outbox.retry(clientMsgId);
    this.#changed(room);
    void this.drain(room);
  }

  discard({ room, clientMsgId }) {
    this.#outbox.remove(clientMsgId);
    this.#changed(room);
    void this.drain(room);
  }

  /** The room's log has the message. */
  settle({ room, clientMsgId }) {
    if (this.#outbox.remove(clientMsgId)) {
      this.#changed(room);
    }
  }

  /** Sends what may go in this room now. */
  async drain(room) {
    if (this.#busy.has(room)) {
      return;
    }
    this.#busy.add(room);
    let item;
    while (this.#mayWriteTo(room) && (item = this.#outbox.next(room, Date.now())) !== undefined) {
      await this.#send(item);
    }
    this.#busy.delete(room);
  }

  async #send({ room, clientMsgId, body }) {
    this.#outbox.sending(clientMsgId);
    this.#changed(room);
    try {
      const reply = await this.#client.request('chat.send', { room, clientMsgId, body });
      this.#outbox.remove(clientMsgId);
      this.dispatchEvent(new CustomEvent('stored', { detail: { item: { room, clientMsgId, body }, reply } }));
    } catch (error) {
      this.#onFailed({ room, clientMsgId }, error);
    }
    this.#changed(room);
  }

  #onFailed({ room, clientMsgId }, error) {
    if (error instanceof CommandRefused && !error.retryable) {
      this.#outbox.refuse(clientMsgId, { code: error.code, reason: error.message });
      return;
    }
    if (!this.#mayWriteTo(room)) {
      // It may have arrived or not: it goes again with the next connection.
      this.#outbox.retry(clientMsgId);
      return;
    }
    const delayMs = error.retryAfterMs ?? RETRY_MS;
    this.#outbox.hold(clientMsgId, { code: error.code, heldUntilMs: Date.now() + delayMs });
    setTimeout(() => void this.drain(room), delayMs);
  }

  #changed(room) {
    this.#save();
    this.dispatchEvent(new CustomEvent('change', { detail: room }));
  }

  #save() {
    passing.write(this.#key(), this.#outbox.snapshot());
  }

  #key() {
    return `tidegate.outbox.${this.#user}`;
  }
}
