import { matchesAudience } from '../../../protocol/audience.js';
import type { Device, PendingQuery, UpdatePosition } from '../../../ports/update-store.port.js';
import type { StandingUpdate } from './standing-updates.js';
import type { Addressees } from './update-rows.js';

/** One of the updates that may wait for a device. */
export interface PendingEntry extends UpdatePosition {
  readonly expiresAt: number;
  readonly collapseKey: string | null;
}

/** What is for the device after its position, in the order it was sent: of each collapse key only the newest. */
export function selectPending(
  device: PendingQuery,
  named: readonly PendingEntry[],
  standing: readonly StandingUpdate[],
): PendingEntry[] {
  const entries = [...named, ...standing.filter((update) => isFor(device, update))].toSorted(byPosition);
  const newest = new Map<string, string>();
  for (const { id, collapseKey } of entries) {
    if (collapseKey !== null) {
      newest.set(collapseKey, id);
    }
  }
  return entries.filter(
    (entry) =>
      (entry.collapseKey === null || newest.get(entry.collapseKey) === entry.id) &&
      (device.after === undefined || byPosition(entry, device.after) > 0),
  );
}

/** Whether an update that names no users is for the device. */
export function isFor(device: Device, { target, except }: Addressees): boolean {
  return (
    !except.users.includes(device.user) &&
    (target.kind !== 'audience' || matchesAudience(device, target.audience))
  );
}

function byPosition(a: UpdatePosition, b: UpdatePosition): number {
  return a.sentAt - b.sentAt || (a.id < b.id ? -1 : Number(a.id !== b.id));
}
