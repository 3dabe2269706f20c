/**
 * What went over the wire, newest last, credentials taken out. Quotes would push everything else out of one
 * bounded list within minutes, so they have a list of their own.
 *
 * @typedef {{ number: number, at: Date, direction: 'in' | 'out' | 'http' | 'socket', label: string,
 *   note: string, bytes: number, text: string, isQuotes: boolean }} LogEntry
 */
import { redact } from './redact.js';

const CAPACITY = { quotes: 100, others: 400 };

const encoder = new TextEncoder();

export class FrameLog extends EventTarget {
  #quotes = [];
  #others = [];
  #lastNumber = 0;

  frame(direction, text) {
    const { id, event } = envelopeOf(text);
    const note = id === undefined ? '' : `#${id}`;
    this.#add({ direction, label: event ?? 'not an envelope', note, text, isQuotes: event === 'quotes' });
  }

  call({ method, path, text, status, answerText }) {
    const parts = [text, answerText].filter(Boolean);
    const label = `${method} ${path.replace(/^\./, '')}`;
    this.#add({ direction: 'http', label, note: String(status), text: parts.join('\n') });
  }

  socket(label, note = '') {
    this.#add({ direction: 'socket', label, note, text: '' });
  }

  /** @returns {LogEntry[]} oldest first */
  entries({ withQuotes }) {
    return withQuotes
      ? [...this.#quotes, ...this.#others].toSorted((a, b) => a.number - b.number)
      : [...this.#others];
  }

  clear() {
    this.#quotes.length = 0;
    this.#others.length = 0;
    this.dispatchEvent(new CustomEvent('change'));
  }

  #add({ direction, label, note, text, isQuotes = false }) {
    const list = isQuotes ? this.#quotes : this.#others;
    list.push({
      direction,
      label: redact(label),
      note: redact(note),
      number: ++this.#lastNumber,
      at: new Date(),
      bytes: encoder.encode(text).length,
      text: redact(text),
      isQuotes,
    });
    if (list.length > (isQuotes ? CAPACITY.quotes : CAPACITY.others)) {
      list.shift();
    }
    this.dispatchEvent(new CustomEvent('change'));
  }
}

function envelopeOf(text) {
  try {
    const envelope = JSON.parse(text);
    return typeof envelope?.event === 'string' ? envelope : {};
  } catch {
    return {};
  }
}
