/** The watchlist: one row per symbol the gateway has, drawn at most once per frame. */
import { BoardRow } from './board-row.js';
import { byId, oncePerFrame, setText } from './dom.js';
import { onPaletteChange } from './palette.js';

export class Board extends EventTarget {
  #store;
  #subscriptions;
  #list = byId('board');
  #rows = new Map();
  #changed = new Set();

  constructor(store, subscriptions) {
    super();
    this.#store = store;
    this.#subscriptions = subscriptions;
    const draw = oncePerFrame(() => this.#drawChanged());
    store.addEventListener('change', ({ detail: symbol }) => {
      this.#changed.add(symbol);
      draw();
    });
    subscriptions.addEventListener('change', () => this.#showSubscriptions());
    const redraw = () => {
      this.#changed = new Set(this.#rows.keys());
      draw();
    };
    onPaletteChange(redraw);
    new ResizeObserver(redraw).observe(this.#list);
  }

  /** @param {{ symbol: string, name?: string }[]} instruments */
  show(instruments) {
    for (const instrument of instruments) {
      if (!this.#rows.has(instrument.symbol)) {
        this.#add(instrument);
      }
    }
    this.explain(instruments.length === 0 ? 'The feed has no symbols yet.' : '');
    this.#showSubscriptions();
    if (this.#rows.size > 0 && !this.#list.querySelector('[aria-pressed="true"]')) {
      this.select(instruments[0].symbol);
    }
  }

  /** Says why the board is empty. */
  explain(text) {
    setText(byId('board-empty'), text);
  }

  select(symbol) {
    for (const [other, row] of this.#rows) {
      row.isSelected = other === symbol;
    }
    this.dispatchEvent(new CustomEvent('select', { detail: symbol }));
  }

  #add(instrument) {
    const { symbol } = instrument;
    const row = new BoardRow(instrument, {
      onSelect: () => this.select(symbol),
      onToggle: () => this.dispatchEvent(new CustomEvent('toggle', { detail: symbol })),
    });
    this.#rows.set(symbol, row);
    this.#list.append(row.root);
  }

  #drawChanged() {
    for (const symbol of this.#changed) {
      const quote = this.#store.quote(symbol);
      if (quote) {
        this.#rows.get(symbol)?.showQuote(quote, this.#store.history(symbol));
      }
    }
    this.#changed.clear();
  }

  #showSubscriptions() {
    for (const [symbol, row] of this.#rows) {
      row.showSubscription(this.#subscriptions.isSubscribed(symbol), this.#subscriptions.rejection(symbol));
    }
    setText(byId('board-count'), `${this.#subscriptions.current.size} of ${this.#rows.size} live`);
  }
}
