/** The log on screen, newest first. An entry's JSON is laid out only when somebody opens it. */
import { byId, clockTime, fromTemplate, oncePerFrame } from './dom.js';
import { indented, showJson } from './json-view.js';

const ARROWS = { in: '↓', out: '↑', http: '⇄', socket: '•' };
const WORDS = { in: 'received', out: 'sent', http: 'REST', socket: 'socket' };

export function showFrameLog(log) {
  const list = byId('log-list');
  const withQuotes = byId('log-quotes');
  const pause = byId('log-pause');
  const rows = new Map();
  let isPaused = false;

  const redraw = () => {
    const entries = log.entries({ withQuotes: withQuotes.checked });
    dropRowsBut(new Set(entries.map((entry) => entry.number)), rows);
    // Oldest first, each put above the one before it: what is on screen already stays untouched.
    let older = null;
    for (const entry of entries) {
      if (!rows.has(entry.number)) {
        const row = createRow(entry);
        rows.set(entry.number, row);
        list.insertBefore(row, older);
      }
      older = rows.get(entry.number);
    }
    byId('log-empty').hidden = entries.length > 0;
  };
  const redrawSoon = oncePerFrame(() => isPaused || redraw());

  log.addEventListener('change', redrawSoon);
  withQuotes.addEventListener('change', redraw);
  pause.addEventListener('click', () => {
    isPaused = !isPaused;
    pause.setAttribute('aria-pressed', String(isPaused));
    redrawSoon();
  });
  byId('log-clear').addEventListener('click', () => {
    log.clear();
    redraw();
  });
}

function dropRowsBut(numbers, rows) {
  for (const [number, row] of rows) {
    if (!numbers.has(number)) {
      row.remove();
      rows.delete(number);
    }
  }
}

function createRow({ at, direction, label, note, bytes, text }) {
  const { root, parts } = fromTemplate('log-entry');
  root.dataset.direction = direction;
  if (label === 'error' || Number(note) >= 400) {
    root.dataset.bad = '';
  }
  parts.direction.textContent = ARROWS[direction];
  parts.direction.setAttribute('aria-label', WORDS[direction]);
  parts.direction.title = WORDS[direction];
  parts.time.textContent = `${clockTime(at)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  parts.time.dateTime = at.toISOString();
  parts.event.textContent = label;
  parts.note.textContent = note;
  parts.size.textContent = text ? sizeText(bytes) : '';
  parts.details.addEventListener('toggle', () => showJson(parts.json, indented(text)), { once: true });
  return root;
}

function sizeText(bytes) {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} kB`;
}
