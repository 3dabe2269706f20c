/** A badge is its word; without one it takes no room. */
import { setText } from './dom.js';

export function showBadge(element, word) {
  setText(element, word ?? '');
  element.dataset.kind = word ?? '';
  element.hidden = word === undefined;
}

/** Trading as usual needs no badge. */
export function sessionWord({ session }) {
  return session === 'regular' ? undefined : session;
}
