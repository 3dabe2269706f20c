import type { UpdateRecord, UserRecord } from '../../ports/update-store.port.js';
import type { UpdateReport, UserReport } from './updates.views.js';

/** What the back office is told of an update at this moment. */
export function reportOf(record: UpdateRecord, now: number): UpdateReport {
  const { id: updateId, event, delivery, createdAt, notBefore, sentAt, expiresAt } = record;
  const { droppedSlow, superseded, overflowed } = record;
  const counts = deviceCounts(record);
  return {
    updateId,
    state: stateOf(record, now),
    event,
    delivery,
    target: record.targetKind,
    createdAt,
    ...(notBefore !== undefined && { notBefore }),
    ...(sentAt !== undefined && { sentAt }),
    expiresAt,
    ...counts,
    droppedSlow,
    expired: record.expired + (expiresAt <= now ? record.unreached : 0),
    superseded,
    overflowed,
  };
}

export function userReportOf(user: UserRecord, record: UpdateRecord, now: number): UserReport {
  return {
    user: user.user,
    state: userStateOf(user, record, now),
    devices: user.devices.map(({ device, ackedAt }) => ({
      device,
      acked: ackedAt !== undefined,
      ...(ackedAt !== undefined && { ackedAt }),
    })),
  };
}

/**
 * Receipts and acknowledgements come on two ways, and a device that is given an update again is written to again: the
 * counts are brought together here.
 */
function deviceCounts({ matched: known, written, acked }: UpdateRecord): {
  matched: number;
  written: number;
  acked: number;
} {
  const matched = Math.max(known, acked);
  return { matched, written: Math.min(matched, Math.max(written, acked)), acked };
}

function stateOf(record: UpdateRecord, now: number): UpdateReport['state'] {
  const isOver = record.expiresAt <= now;
  if (record.state !== 'sent') {
    return record.state === 'scheduled' && isOver ? 'expired' : record.state;
  }
  if (isSettled(record) || (isOver && record.written + record.acked > 0)) {
    return 'done';
  }
  return isOver ? 'expired' : 'sending';
}

/** Nobody else can get it. */
function isSettled(record: UpdateRecord): boolean {
  const { delivery, targetKind, matched, written, droppedSlow, expired, superseded, overflowed } = record;
  return delivery === 'live'
    ? written + droppedSlow + expired >= matched
    : targetKind !== 'users' && superseded + overflowed > 0;
}

function userStateOf(user: UserRecord, record: UpdateRecord, now: number): UserReport['state'] {
  if (user.devices.some(({ ackedAt }) => ackedAt !== undefined)) {
    return 'acked';
  }
  if (user.isReached) {
    return 'sent';
  }
  if (user.state !== 'open') {
    return user.state;
  }
  return record.state === 'cancelled' ? 'cancelled' : record.expiresAt <= now ? 'expired' : 'waiting';
}
