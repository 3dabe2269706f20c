/**
 * Messages that are not stored yet, in the order they were written. A message keeps its id until the server has
 * answered for it, so that sending it again can never store it twice. Pure state.
 *
 * States: `waiting` (for its turn or a connection), `sending`, `held` (the server named a time to try again),
 * `refused` (for good, unless the user tries again).
 */
export class Outbox {
  #items = new Map();

  get rooms() {
    return [...new Set([...this.#items.values()].map(({ room }) => room))];
  }

  in(room) {
    return [...this.#items.values()].filter((item) => item.room === room);
  }

  find(clientMsgId) {
    return this.#items.get(clientMsgId);
  }

  add({ room, clientMsgId, body, time }) {
    this.#items.set(clientMsgId, { room, clientMsgId, body, time, state: 'waiting' });
  }

  remove(clientMsgId) {
    return this.#items.delete(clientMsgId);
  }

  /** What goes next in this room: nothing while an earlier message is on its way or held. */
  next(room, nowMs) {
    const first = this.in(room).find(({ state }) => state !== 'refused');
    const isDue = first?.state === 'waiting' || (first?.state === 'held' && first.heldUntilMs <= nowMs);
    return isDue ? first : undefined;
  }

  sending(clientMsgId) {
    this.#change(clientMsgId, { state: 'sending' });
  }

  hold(clientMsgId, { code, heldUntilMs }) {
    this.#change(clientMsgId, { state: 'held', code, heldUntilMs });
  }

  refuse(clientMsgId, { code, reason }) {
    this.#change(clientMsgId, { state: 'refused', code, reason });
  }

  retry(clientMsgId) {
    this.#change(clientMsgId, { state: 'waiting', code: undefined, reason: undefined });
  }

  clear() {
    this.#items.clear();
  }

  snapshot() {
    return [...this.#items.values()].map(({ room, clientMsgId, body, time }) => ({
      room,
      clientMsgId,
      body,
      time,
    }));
  }

  restore(saved) {
    if (Array.isArray(saved)) {
      saved.filter(isSendable).forEach((item) => this.add(item));
    }
  }

  #change(clientMsgId, change) {
    const item = this.#items.get(clientMsgId);
    if (item !== undefined) {
      Object.assign(item, change);
    }
  }
}

const isSendable = (item) =>
  [item?.room, item?.clientMsgId, item?.body].every((value) => typeof value === 'string');
