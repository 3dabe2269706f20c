/**
 * The signed-in identity: the token it holds and, for a demo sign-in, the way to a new one. Kept in memory
 * alone, so a reload signs out; a token in web storage would be there for any script to read.
 */

/** A token is renewed rather than used when it has less than this to live. */
const MARGIN_MS = 30_000;

/** Header, payload and signature in base64url (RFC 7515 section 7.1). */
const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export class TokenSource {
  #rest;
  #token;
  #expiresAtMs = Infinity;
  /** What /demo/token is asked for; `undefined` for a token that was handed to us. */
  #demoRequest;

  constructor(rest) {
    this.#rest = rest;
  }

  get current() {
    return this.#token;
  }

  get canRenew() {
    return this.#demoRequest !== undefined;
  }

  async signIn(sub, role) {
    this.#demoRequest = { sub, ...(role === 'admin' && { roles: ['admin'] }) };
    try {
      await this.renew();
    } catch (error) {
      this.signOut();
      throw error;
    }
  }

  /** Takes a token as it is. Returns false for text that cannot be one: it would not even fit in a header. */
  adopt(token) {
    if (!JWT_SHAPE.test(token)) {
      return false;
    }
    this.signOut();
    this.#token = token;
    return true;
  }

  signOut() {
    this.#token = undefined;
    this.#demoRequest = undefined;
    this.#expiresAtMs = Infinity;
  }

  async renew() {
    const request = this.#demoRequest;
    const { token, expiresAt } = await this.#rest.call('POST', './demo/token', { body: request });
    // Not if the user signed out, or in as another, meanwhile.
    if (request === this.#demoRequest) {
      this.#token = token;
      this.#expiresAtMs = expiresAt ?? Infinity;
    }
    return token;
  }

  /** The token for a handshake; `isNew` when the server refused the present one. */
  async forHandshake({ isNew }) {
    if (!this.canRenew && isNew) {
      throw Object.assign(new Error('The token was refused or has ended. Sign in again.'), { isFinal: true });
    }
    const isEnding = this.#expiresAtMs - Date.now() < MARGIN_MS;
    return this.canRenew && (isNew || isEnding) ? this.renew() : this.#token;
  }
}
