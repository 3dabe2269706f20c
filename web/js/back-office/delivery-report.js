/** What becomes of the update that was sent last, asked every second until nothing more can change. */
import { showBadge } from '../badge.js';
import { byId, fromTemplate, setText } from '../dom.js';
import { describeError } from '../rest.js';
import { drawUsers } from './report-users.js';

const EVERY_MS = 1_000;

/** Acknowledgements may come after everything was written. */
const LATE_ACKS_MS = 60_000;

const ENDED = new Set(['done', 'cancelled', 'expired']);

const COUNTS = [
  ['matched', 'matched', 'Devices it is meant for'],
  ['written', 'written', 'Devices whose socket took it'],
  ['acked', 'acked', 'Devices that acknowledged; of the others nothing is known'],
  ['droppedSlow', 'dropped', 'Connections that ended before they took it'],
  ['expired', 'expired', 'Never written in time'],
  ['superseded', 'replaced', 'Users for whom a newer value came'],
  ['overflowed', 'pushed out', 'Users whose inbox was full'],
];

export class DeliveryReport {
  #call;
  #id;
  #timer;
  #isAsking = false;
  #endedAtMs;
  #values = new Map();

  /** @param call asks the REST API: method and path */
  constructor(call) {
    this.#call = call;
    byId('report-cancel').addEventListener('click', () => void this.#cancel());
    byId('report-users').addEventListener('toggle', () => void this.#ask());
    for (const [name, label, title] of COUNTS) {
      const { root, parts } = fromTemplate('report-count');
      root.dataset.count = name;
      root.title = title;
      setText(parts.name, label);
      this.#values.set(name, { root, value: parts.value });
      byId('report-counts').append(root);
    }
  }

  show(id) {
    this.clear();
    this.#id = id;
    this.#timer = setInterval(() => document.hidden || void this.#ask(), EVERY_MS);
    void this.#ask();
  }

  clear() {
    clearInterval(this.#timer);
    this.#id = undefined;
    this.#endedAtMs = undefined;
    byId('report').hidden = true;
    byId('report-users').open = false;
    drawUsers([]);
  }

  async #ask(method = 'GET') {
    const id = this.#id;
    if (id === undefined || (this.#isAsking && method === 'GET')) {
      return;
    }
    this.#isAsking = true;
    const detail = method === 'GET' && byId('report-users').open ? '?perUser=true' : '';
    try {
      const report = await this.#call(method, `./v1/updates/${id}${detail}`);
      if (id === this.#id) {
        this.#draw(report);
      }
    } catch (error) {
      setText(byId('report-note'), describeError(error));
      if (error.isFinal) {
        clearInterval(this.#timer);
      }
    } finally {
      this.#isAsking = false;
    }
  }

  async #cancel() {
    byId('report-cancel').disabled = true;
    await this.#ask('DELETE');
    byId('report-cancel').disabled = false;
  }

  #draw(report) {
    const { event, state, perUser, matched, acked } = report;
    const isEnded = ENDED.has(state);
    byId('report').hidden = false;
    setText(byId('report-event'), event);
    showBadge(byId('report-state'), state);
    byId('report-cancel').hidden = isEnded;
    for (const [name, { root, value }] of this.#values) {
      setText(value, String(report[name] ?? 0));
      // The way of an update is always shown; its mishaps when there are any.
      root.hidden = !(report[name] > 0 || name === 'matched' || name === 'written' || name === 'acked');
    }
    setText(byId('report-note'), noteOf(report));
    if (perUser !== undefined) {
      drawUsers(perUser, report.next !== null);
    }
    this.#endedAtMs ??= isEnded ? Date.now() : undefined;
    if (isEnded && (acked >= matched || Date.now() - this.#endedAtMs > LATE_ACKS_MS)) {
      clearInterval(this.#timer);
    }
  }
}

function noteOf({ state, notBefore, expiresAt, delivery }) {
  const at = (time) => new Date(time).toLocaleTimeString('en-GB');
  switch (state) {
    case 'scheduled':
      return `Starts at ${at(notBefore)}`;
    case 'sending':
      return delivery === 'live'
        ? 'On its way'
        : `Kept for who comes until ${new Date(expiresAt).toLocaleString('en-GB')}`;
    default:
      return '';
  }
}
