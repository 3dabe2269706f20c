import type { UpdateContent } from '../../ports/update-store.port.js';
import type { UpdatePush } from '../../protocol/pushes.js';

/** What a device gets of an update. */
export function pushOf({ id, event, data, sentAt, expiresAt, requireAck }: UpdateContent): UpdatePush {
  return { id, event, data, sentAt, expiresAt, requireAck };
}
