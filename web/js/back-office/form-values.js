/** What the fields of a form hold, as the values a request takes. */
import { byId } from '../dom.js';

export function namesIn(id) {
  return byId(id)
    .value.split(/[\s,]+/)
    .filter(Boolean);
}

/** Undefined for an empty field. */
export function numberIn(id) {
  const { value } = byId(id);
  return value === '' ? undefined : Number(value);
}

export function jsonIn(id) {
  try {
    return JSON.parse(byId(id).value);
  } catch {
    byId(id).focus();
    throw new Error('The data is not JSON. Text needs quotes: "like this".');
  }
}

export function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
