/** The back office in two forms: a broadcast to everybody, and updates to named users on every device. */
import { byId } from './dom.js';
import { describeError } from './rest.js';
import { randomUuid } from './uuid.js';

export class AdminForms {
  #rest;
  #tokens;
  /**
   * An attempt that did not end well. Sent again as it was, under the same key, it cannot be delivered twice.
   */
  #unanswered;

  constructor(rest, tokens) {
    this.#rest = rest;
    this.#tokens = tokens;
    this.#onSubmit('broadcast-form', 'broadcast-result', () => this.#broadcast());
    this.#onSubmit('updates-form', 'updates-result', () => this.#update());
    byId('updates-form').addEventListener('change', () => this.#showTarget());
    this.#showTarget();
  }

  showFor(roles = []) {
    const isAdmin = roles.includes('admin');
    byId('admin').hidden = !isAdmin;
    byId('nav-admin').hidden = !isAdmin;
  }

  #onSubmit(formId, resultId, send) {
    byId(formId).addEventListener('submit', async (event) => {
      event.preventDefault();
      const { submitter } = event;
      submitter.disabled = true;
      showResult(resultId, 'Sending…');
      try {
        const { matched, duplicate } = await send();
        const counts = `${plural(matched.users, 'user')}, ${plural(matched.connections, 'connection')}`;
        showResult(
          resultId,
          `Matched ${counts}${duplicate ? ' (sent before)' : ''}`,
          matched.users ? 'good' : 'none',
        );
      } catch (error) {
        showResult(resultId, describeError(error), 'bad');
      } finally {
        submitter.disabled = false;
      }
    });
  }

  #broadcast() {
    const users = namesIn('broadcast-except');
    return this.#post('./v1/broadcast', {
      event: byId('broadcast-event').value,
      data: jsonIn('broadcast-data'),
      ...(users.length > 0 && { except: { users } }),
    });
  }

  async #update() {
    const body = {
      target: byId('updates-all').checked ? { all: true } : { users: namesIn('updates-users') },
      event: byId('updates-event').value,
      data: jsonIn('updates-data'),
      delivery: 'live',
      requireAck: byId('updates-ack').checked,
    };
    const text = JSON.stringify(body);
    const key = this.#unanswered?.text === text ? this.#unanswered.key : randomUuid();
    this.#unanswered = { text, key };
    const answer = await this.#post('./v1/updates', body, { 'idempotency-key': key });
    this.#unanswered = undefined;
    return answer;
  }

  #post(path, body, headers) {
    return this.#rest.call('POST', path, { body, token: this.#tokens.current, headers });
  }

  #showTarget() {
    const isForAll = byId('updates-all').checked;
    byId('updates-users').disabled = isForAll;
    byId('updates-users').required = !isForAll;
  }
}

function namesIn(id) {
  return byId(id)
    .value.split(/[\s,]+/)
    .filter(Boolean);
}

function jsonIn(id) {
  try {
    return JSON.parse(byId(id).value);
  } catch {
    byId(id).focus();
    throw new Error('The data is not JSON. Text needs quotes: "like this".');
  }
}

/** @param {'' | 'good' | 'none' | 'bad'} kind `none`: nobody matched, which must not look like success */
function showResult(id, text, kind = '') {
  byId(id).textContent = text;
  byId(id).dataset.kind = kind;
}

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
