/**
 * The newest record of every symbol. A snapshot replaces the record; an update changes only the fields it
 * carries, and a field it carries as null is cleared. `change` events (detail: symbol) follow every value
 * taken.
 */
import { PriceHistory } from './price-history.js';

export class QuoteStore extends EventTarget {
  #quotes = new Map();
  #histories = new Map();

  quote(symbol) {
    return this.#quotes.get(symbol);
  }

  history(symbol) {
    let history = this.#histories.get(symbol);
    if (!history) {
      this.#histories.set(symbol, (history = new PriceHistory()));
    }
    return history;
  }

  takeSnapshots(quotes) {
    for (const quote of quotes) {
      this.history(quote.symbol).break();
      this.#keep(merged({}, quote));
    }
  }

  takeUpdates(quotes) {
    for (const quote of quotes) {
      const kept = this.#quotes.get(quote.symbol);
      if (!kept || isNewer(quote, kept)) {
        this.#keep(merged(kept ?? {}, quote));
      }
    }
  }

  #keep(quote) {
    const { symbol } = quote;
    this.#quotes.set(symbol, quote);
    const price = drawnPrice(quote);
    if (price !== undefined) {
      // The gateway's clock: a replay's exchange time is in the past and starts over.
      this.history(symbol).add(quote.receivedTime ?? Date.now(), price);
    }
    this.dispatchEvent(new CustomEvent('change', { detail: symbol }));
  }
}

function merged(kept, quote) {
  const record = { ...kept, ...quote };
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
}

/** A value never goes back: `epoch` grows with the leader, `seq` within the epoch. */
function isNewer(quote, kept) {
  if (quote.seq === undefined || kept.seq === undefined) {
    return true;
  }
  const epoch = quote.epoch ?? kept.epoch;
  return epoch === kept.epoch ? quote.seq > kept.seq : epoch > kept.epoch;
}

/** The last trade, or the middle of the spread for markets that only quote. */
function drawnPrice({ last, bid, ask }) {
  if (last !== undefined) {
    return Number(last);
  }
  return bid !== undefined && ask !== undefined ? (Number(bid) + Number(ask)) / 2 : undefined;
}
