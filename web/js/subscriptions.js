/**
 * Which symbols exist, which the user wants, and which the server says this connection has. What is wanted
 * outlives a connection and is subscribed again on the next one. `change` events follow every difference.
 */
export class Subscriptions extends EventTarget {
  #client;
  #store;
  #isKnown = false;
  #wanted = new Set();
  #current = new Set();
  #rejected = new Map();

  constructor(client, store) {
    super();
    this.#client = client;
    this.#store = store;
  }

  get current() {
    return this.#current;
  }

  isSubscribed(symbol) {
    return this.#current.has(symbol);
  }

  /** Why the server refused the symbol, if it did. */
  rejection(symbol) {
    return this.#rejected.get(symbol);
  }

  /** Subscribes what the user wants; at first everything, as far as `limit` goes (0: none). */
  async restore(symbols, limit) {
    if (!this.#isKnown) {
      this.#wanted = new Set(symbols.slice(0, limit || Infinity));
      this.#isKnown = symbols.length > 0;
    }
    this.#current.clear();
    if (this.#wanted.size > 0) {
      this.adopt(await this.#client.request('quotes.subscribe', { symbols: [...this.#wanted] }));
    }
  }

  async toggle(symbol) {
    const isOn = this.#current.has(symbol);
    this.#wanted[isOn ? 'delete' : 'add'](symbol);
    const command = isOn ? 'quotes.unsubscribe' : 'quotes.subscribe';
    this.adopt(await this.#client.request(command, { symbols: [symbol] }));
  }

  /** The user sent a quotes command by hand: what came of it is what is wanted now. */
  adoptByHand(reply) {
    this.adopt(reply);
    this.#wanted = new Set(this.#current);
  }

  /** Takes the reply of any quotes command: some tell the whole set, some what was added to it. */
  adopt({ symbols, accepted = [], rejected = [], quotes = [] }) {
    if (symbols) {
      this.#current = new Set(symbols);
    }
    for (const symbol of accepted) {
      this.#current.add(symbol);
      this.#rejected.delete(symbol);
    }
    for (const { symbol, code } of rejected) {
      this.#rejected.set(symbol, code);
    }
    this.#store.takeSnapshots(quotes);
    this.#announce();
  }

  /** The connection is gone and its subscriptions with it. */
  suspend() {
    this.#current.clear();
    this.#announce();
  }

  forget() {
    this.#isKnown = false;
    this.#wanted.clear();
    this.#rejected.clear();
    this.suspend();
  }

  #announce() {
    this.dispatchEvent(new CustomEvent('change'));
  }
}
