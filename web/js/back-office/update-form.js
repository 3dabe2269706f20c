/** An update on demand: to whom, how long it is kept, when it starts. Events: `sent` (detail: updateId). */
import { byId, setText } from '../dom.js';
import { randomUuid } from '../uuid.js';
import { jsonIn, namesIn, numberIn, plural } from './form-values.js';
import { requestForm } from './request-form.js';

/** What the field of names holds for each target. */
const NAMES = {
  users: { label: 'Users', placeholder: 'ada, grace', asTarget: (users) => ({ users }) },
  roles: { label: 'Roles', placeholder: 'admin', asTarget: (rolesAny) => ({ audience: { rolesAny } }) },
};

export class UpdateForm extends EventTarget {
  #post;
  /** An attempt that did not end well. Sent again as it was, under the same key, it cannot be delivered twice. */
  #unanswered;

  /** @param post sends a body to a path of the REST API */
  constructor(post) {
    super();
    this.#post = post;
    requestForm('updates-form', 'updates-result', () => this.#send());
    byId('updates-form').addEventListener('change', () => this.#showFields());
    this.#showFields();
  }

  async #send() {
    // The moment is reckoned once: an attempt that is repeated is the same request.
    const typed = this.#typed();
    const text = JSON.stringify(typed);
    if (this.#unanswered?.text !== text) {
      this.#unanswered = { text, key: randomUuid(), startsAt: startOf(typed.startsInSeconds) };
    }
    const { startsInSeconds, ...body } = typed;
    const { key, startsAt } = this.#unanswered;
    const answer = await this.#post(
      './v1/updates',
      { ...body, ...(startsAt !== undefined && { notBefore: startsAt }) },
      { 'idempotency-key': key },
    );
    this.#unanswered = undefined;
    if (!answer.dryRun) {
      this.dispatchEvent(new CustomEvent('sent', { detail: answer.updateId }));
    }
    return describe(answer, startsInSeconds > 0);
  }

  #typed() {
    const ttlSeconds = numberIn('updates-ttl');
    const delivery = byId('updates-delivery').value;
    return {
      target: this.#target(),
      event: byId('updates-event').value,
      data: jsonIn('updates-data'),
      delivery,
      ...(delivery === 'latest' && { collapseKey: byId('updates-collapse-key').value }),
      ...(ttlSeconds !== undefined && { ttlSeconds }),
      requireAck: byId('updates-ack').checked,
      dryRun: byId('updates-dry-run').checked,
      startsInSeconds: numberIn('updates-not-before') ?? 0,
    };
  }

  #target() {
    const kind = byId('updates-target').value;
    return NAMES[kind]?.asTarget(namesIn('updates-users')) ?? { all: true };
  }

  /** Only what belongs to the choices made can be filled in. */
  #showFields() {
    const names = NAMES[byId('updates-target').value];
    byId('updates-users').disabled = names === undefined;
    setText(byId('updates-names-label'), names?.label ?? 'Users');
    byId('updates-users').placeholder = names?.placeholder ?? 'everybody';
    const isLatest = byId('updates-delivery').value === 'latest';
    byId('updates-collapse-key').disabled = !isLatest;
    byId('updates-collapse-key').required = isLatest;
  }
}

const startOf = (seconds) => (seconds > 0 ? Date.now() + seconds * 1000 : undefined);

function describe({ matched, offlineQueued = 0, rejected = [], duplicate, dryRun }, isScheduled) {
  const parts = [
    isScheduled
      ? 'Scheduled'
      : `Matched ${plural(matched.users, 'user')}, ${plural(matched.connections, 'connection')}`,
    offlineQueued > 0 && `kept for ${offlineQueued} who ${offlineQueued === 1 ? 'is' : 'are'} away`,
    rejected.length > 0 && `not a name: ${rejected.map(({ user }) => user).join(', ')}`,
    duplicate && 'sent before',
    dryRun && 'nothing was sent',
  ];
  return {
    text: parts.filter(Boolean).join('; '),
    kind: isScheduled || matched.users + offlineQueued > 0 ? 'good' : 'none',
  };
}
