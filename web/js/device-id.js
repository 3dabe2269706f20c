/** Names this browser among the devices of its user, so that what was kept for it is told apart from the rest. */
import { lasting } from './storage.js';
import { randomUuid } from './uuid.js';

const KEY = 'tidegate.device';
const SHAPE = /^[\w-]{1,64}$/;

export function deviceId() {
  const known = lasting.read(KEY);
  if (typeof known === 'string' && SHAPE.test(known)) {
    return known;
  }
  const id = randomUuid();
  lasting.write(KEY, id);
  return id;
}
