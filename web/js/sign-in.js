/**
 * The gate: shown while nobody is signed in. A name becomes a demo token, or a token comes in the address.
 */
import { byId } from './dom.js';
import { describeError } from './rest.js';

/** Events: `signed-in`. */
export class SignIn extends EventTarget {
  #tokens;
  #error = byId('sign-in-error');

  constructor(tokens) {
    super();
    this.#tokens = tokens;
    byId('sign-in-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    addEventListener('hashchange', () => this.takeTokenFromAddress());
  }

  /**
   * Signs in with `#token=…`. A fragment never reaches a server (RFC 3986 section 3.5); here it leaves the
   * history, too.
   */
  takeTokenFromAddress() {
    const token = new URLSearchParams(location.hash.slice(1)).get('token');
    if (token === null) {
      return;
    }
    history.replaceState(null, '', location.pathname + location.search);
    if (this.#tokens.adopt(token)) {
      this.#finish();
    } else {
      this.show('The token in the address is not a JWT.');
    }
  }

  show(error = '') {
    this.#error.textContent = error;
    this.#toggle(true);
    byId('sign-in-name').focus();
  }

  async #submit() {
    const button = byId('sign-in-submit');
    button.disabled = true;
    try {
      await this.#tokens.signIn(byId('sign-in-name').value, byId('sign-in-role').value);
      this.#finish();
    } catch (error) {
      this.#error.textContent = describeError(error);
    } finally {
      button.disabled = false;
    }
  }

  #finish() {
    this.#error.textContent = '';
    this.#toggle(false);
    this.dispatchEvent(new CustomEvent('signed-in'));
  }

  #toggle(isOpen) {
    byId('gate').hidden = !isOpen;
    byId('desk').hidden = isOpen;
    byId('session-bar').hidden = isOpen;
    byId('section-nav').hidden = isOpen;
  }
}
