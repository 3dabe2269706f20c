import type { Device, DeviceAck, NewUpdate, PendingQuery } from '../../src/ports/update-store.port.js';

let made = 0;

/** An inbox update for alice, sent at `sentAt`; every one has an id of its own, greater than the one before. */
export function newUpdate(sentAt: number, more: Partial<NewUpdate> = {}): NewUpdate {
  made += 1;
  return {
    id: `update-${String(made).padStart(8, '0')}`,
    event: 'news',
    data: { n: made },
    requireAck: true,
    sentAt,
    expiresAt: sentAt + 1_000,
    delivery: 'inbox',
    target: { kind: 'users', users: ['alice'] },
    except: { users: [], connections: [] },
    collapseKey: undefined,
    isLow: false,
    notBefore: undefined,
    createdAt: sentAt,
    answer: { matched: { users: 0, connections: 0 }, offlineQueued: 0, rejected: [] },
    idempotency: undefined,
    notifyAt: undefined,
    maxInbox: 100,
    ...more,
  };
}

/** A device with the name `phone` and no claims. */
export const deviceOf = (user: string, more: Partial<Device> = {}): Device => ({
  user,
  deviceId: 'phone',
  roles: [],
  topics: [],
  attributes: {},
  ...more,
});

export const queryOf = (user: string, more: Partial<PendingQuery> = {}): PendingQuery => ({
  ...deviceOf(user),
  after: undefined,
  ...more,
});

/** An acknowledgement by `phone`, connected from the start. */
export const ackOf = (user: string, ids: readonly string[], more: Partial<DeviceAck> = {}): DeviceAck => ({
  ...deviceOf(user),
  connectionId: 'connection',
  connectedAt: 0,
  ids,
  ...more,
});
