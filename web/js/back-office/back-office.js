/** What an admin may do over REST: broadcast, send updates, and watch what becomes of them. */
import { byId } from '../dom.js';
import { showBroadcastForm } from './broadcast-form.js';
import { DeliveryReport } from './delivery-report.js';
import { UpdateForm } from './update-form.js';

export class BackOffice {
  #report;

  constructor(rest, tokens) {
    const post = (path, body, headers) => rest.call('POST', path, { body, token: tokens.current, headers });
    showBroadcastForm(post);
    this.#report = new DeliveryReport((method, path) =>
      rest.call(method, path, { token: tokens.current, isPoll: method === 'GET' }),
    );
    new UpdateForm(post).addEventListener('sent', ({ detail: id }) => this.#report.show(id));
  }

  showFor(roles = []) {
    const isAdmin = roles.includes('admin');
    byId('admin').hidden = !isAdmin;
    byId('nav-admin').hidden = !isAdmin;
  }

  /** Another user may sit here next. */
  forget() {
    this.#report.clear();
  }
}
