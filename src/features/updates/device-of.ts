import type { Session } from '../../hub/session.js';
import type { Device } from '../../ports/update-store.port.js';

/** The device of an authenticated session, with what its token says of the user. */
export function deviceOf({ deviceId, principal }: Session): Device {
  const { userId, roles, topics, attributes } = principal!;
  return { user: userId, deviceId, roles, topics, attributes };
}
