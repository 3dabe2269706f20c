/** One symbol on the board. */
import { sessionWord, showBadge } from './badge.js';
import { grouped, percent, signed, trendBetween, trendOf } from './decimal.js';
import { fromTemplate, setText } from './dom.js';
import { drawSparkline } from './sparkline.js';

const FLASH_MS = 700;
const calm = matchMedia('(prefers-reduced-motion: reduce)');

export class BoardRow {
  #parts;
  #shownLast;

  constructor({ symbol, name }, { onSelect, onToggle }) {
    const { root, parts } = fromTemplate('board-row');
    this.root = root;
    this.#parts = parts;
    root.dataset.symbol = symbol;
    parts.select.textContent = symbol;
    parts.name.textContent = name ?? '';
    parts.name.title = name ?? '';
    parts.toggle.setAttribute('aria-label', `Subscribe ${symbol}`);
    parts.select.addEventListener('click', onSelect);
    parts.toggle.addEventListener('click', onToggle);
  }

  set isSelected(isSelected) {
    this.#parts.select.setAttribute('aria-pressed', String(isSelected));
  }

  showSubscription(isSubscribed, rejection) {
    this.root.classList.toggle('is-off', !isSubscribed);
    this.#parts.toggle.setAttribute('aria-checked', String(isSubscribed));
    setText(this.#parts.rejection, isSubscribed ? '' : (rejection ?? ''));
  }

  showQuote(quote, history) {
    const parts = this.#parts;
    const { last } = quote;
    const trend = trendOf(quote.change);
    setText(parts.last, grouped(last));
    parts.last.dataset.value = last ?? '';
    setText(parts.bid, grouped(quote.bid));
    setText(parts.ask, grouped(quote.ask));
    setText(parts.change, signed(quote.change));
    setText(parts.percent, percent(quote.changePercent));
    parts.move.dataset.trend = trend;
    showBadge(parts.quality, quote.quality);
    showBadge(parts.session, sessionWord(quote));
    drawSparkline(parts.sparkline, history, trend);
    this.#flash(last);
  }

  #flash(last) {
    const direction = trendBetween(this.#shownLast ?? last, last);
    this.#shownLast = last;
    if (direction !== 'flat' && !calm.matches) {
      // An animation object starts afresh on every tick; a CSS class would have to be taken off and put back.
      const keyframes = { backgroundColor: [`var(--${direction}-soft)`, 'transparent'] };
      this.#parts.last.animate(keyframes, { duration: FLASH_MS, easing: 'ease-out' });
    }
  }
}
