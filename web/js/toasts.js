/**
 * Short notices over the page. A crowd of them is cut to the newest: the inbox and the log keep everything.
 */
import { byId, fromTemplate } from './dom.js';

const MAX_SHOWN = 4;
const SHOWN_FOR_MS = 7_000;

const list = byId('toasts');

/** @param {'info' | 'update' | 'warn'} kind */
export function toast(kind, title, text = '') {
  const { root, parts } = fromTemplate('toast');
  root.dataset.kind = kind;
  parts.title.textContent = title;
  parts.text.textContent = text;
  const remove = () => root.remove();
  parts.dismiss.addEventListener('click', remove);
  setTimeout(remove, SHOWN_FOR_MS);
  list.append(root);
  while (list.childElementCount > MAX_SHOWN) {
    list.firstElementChild.remove();
  }
}
