/** The selected symbol: its chart, its price in large, and the rest of its record. */
import { sessionWord, showBadge } from './badge.js';
import { Chart } from './chart.js';
import { grouped, percent, scaleOf, signed, trendOf } from './decimal.js';
import { byId, oncePerFrame, setText } from './dom.js';

const FACTS = ['bid', 'ask', 'open', 'high', 'low', 'prevClose', 'volume'];

export class ChartPanel {
  #store;
  #chart = new Chart(byId('chart'));
  #symbol;
  #names = new Map();

  constructor(store) {
    this.#store = store;
    const draw = oncePerFrame(() => this.#draw());
    store.addEventListener('change', ({ detail }) => detail === this.#symbol && draw());
    this.#chart.addEventListener('cursor', ({ detail }) => setText(byId('chart-cursor'), detail));
  }

  /** @param {{ symbol: string, name?: string, currency?: string }[]} instruments */
  know(instruments) {
    this.#names = new Map(instruments.map(({ symbol, name, currency }) => [symbol, { name, currency }]));
  }

  select(symbol) {
    this.#symbol = symbol;
    this.#draw();
  }

  #draw() {
    const symbol = this.#symbol;
    const { name, currency } = this.#names.get(symbol) ?? {};
    const quote = this.#store.quote(symbol) ?? {};
    const { last, prevClose } = quote;
    setText(byId('chart-symbol'), symbol);
    setText(byId('chart-name'), [name, quote.currency ?? currency].filter(Boolean).join(' · '));
    setText(byId('chart-last'), grouped(last));
    setText(byId('chart-change'), `${signed(quote.change)}  ${percent(quote.changePercent)}`);
    byId('chart-change').dataset.trend = trendOf(quote.change);
    showBadge(byId('chart-quality'), quote.quality);
    showBadge(byId('chart-session'), sessionWord(quote));
    for (const fact of FACTS) {
      setText(byId(`fact-${fact}`), grouped(quote[fact]));
    }
    this.#chart.show({
      history: this.#store.history(symbol),
      base: prevClose === undefined ? undefined : Number(prevClose),
      last,
      digits: scaleOf(last ?? quote.bid),
    });
  }
}
