/** Updates that were sent on demand: shown once each, with their end, and acknowledged when that is asked for. */
import { byId, clockTime, fromTemplate, setText } from './dom.js';
import { compact, showJson } from './json-view.js';
import { toast } from './toasts.js';

const CAPACITY = 100;
const TICK_MS = 1_000;

export class Updates {
  #client;
  #list = byId('update-list');
  /** Updates come at least once: the same id again is the same update. */
  #items = new Map();
  #count = 0;

  constructor(client) {
    this.#client = client;
    client.addEventListener('update', ({ detail }) => this.#take(detail));
    setInterval(() => this.#showExpiry(), TICK_MS);
  }

  clear() {
    this.#items.clear();
    this.#list.replaceChildren();
    this.#count = 0;
    this.#showCount();
  }

  #take(update) {
    if (!this.#items.has(update.id)) {
      this.#add(update);
      toast('update', update.event, summary(update.data));
    }
    // Again for a repeat: the earlier acknowledgement may be what got lost.
    if (update.requireAck && byId('update-auto-ack').checked) {
      void this.#acknowledge(update.id);
    }
  }

  #add({ id, event, data, sentAt, expiresAt, requireAck }) {
    const { root, parts } = fromTemplate('update-item');
    const at = new Date(sentAt);
    root.dataset.updateId = id;
    parts.event.textContent = event;
    parts.time.textContent = clockTime(at);
    parts.time.dateTime = at.toISOString();
    parts.ack.hidden = !requireAck;
    parts.ack.textContent = 'ack due';
    parts.again.hidden = !requireAck;
    parts.again.addEventListener('click', () => void this.#acknowledge(id));
    parts.expiry.textContent = expiryText(expiresAt);
    showJson(parts.data, compact(data ?? null));
    this.#items.set(id, { ...parts, expiresAt });
    this.#list.prepend(root);
    this.#count += 1;
    this.#trim();
    this.#showCount();
  }

  async #acknowledge(id) {
    try {
      const { acked = [] } = await this.#client.request('updates.ack', { ids: [id] });
      this.#showAck(id, acked.includes(id) ? 'acked' : 'not known');
    } catch (error) {
      this.#showAck(id, error.code ?? 'ack lost');
    }
  }

  #showAck(id, word) {
    const parts = this.#items.get(id);
    if (parts) {
      parts.ack.textContent = word;
      parts.ack.dataset.kind = word;
      // What the server does not know any more, or no device of this name ever got, stays so.
      parts.again.hidden = word === 'acked' || word === 'not known';
    }
  }

  #showExpiry() {
    for (const { expiry, expiresAt } of this.#items.values()) {
      setText(expiry, expiryText(expiresAt));
    }
  }

  #trim() {
    if (this.#list.childElementCount > CAPACITY) {
      const oldest = this.#list.lastElementChild;
      this.#items.delete(oldest.dataset.updateId);
      oldest.remove();
    }
  }

  #showCount() {
    setText(byId('update-count'), String(this.#count));
    byId('update-empty').hidden = this.#count > 0;
  }
}

function expiryText(expiresAt) {
  if (expiresAt === undefined) {
    return '';
  }
  const seconds = Math.ceil((expiresAt - Date.now()) / 1000);
  if (seconds <= 0) {
    return 'expired';
  }
  const hours = Math.round(seconds / 3600);
  const minutes = Math.round(seconds / 60);
  return `expires in ${hours > 1 ? `${hours} h` : minutes > 1 ? `${minutes} min` : `${seconds} s`}`;
}

/** What a person would read first. */
function summary(data) {
  const text = typeof data === 'string' ? data : (data?.text ?? data?.message ?? data?.title);
  return typeof text === 'string' ? text : JSON.stringify(data ?? null);
}
