import { type Kysely, sql } from 'kysely';
import type { PendingPage, PendingQuery, UpdateContent } from '../../../ports/update-store.port.js';
import { chunks } from './chunks.js';
import { type PendingEntry, selectPending } from './select-pending.js';
import type { Schema } from './schema.js';
import { standingUpdates } from './standing-updates.js';
import { CONTENT_COLUMNS, contentOf } from './update-rows.js';

/** Pages of what waits for devices, with the same few statements for one device as for many. */
export async function pendingPages(
  db: Kysely<Schema>,
  devices: readonly PendingQuery[],
  now: number,
  limit: number,
): Promise<PendingPage[]> {
  const named = await namedEntries(db, [...new Set(devices.map(({ user }) => user))], now);
  const standing = await standingUpdates(db, now);
  const isAckedByDevice = named.size + standing.length === 0 ? new Map() : await deviceRows(db, devices, now);
  const selections = devices.map((device) => {
    const own = isAckedByDevice.get(keyOf(device.user, device.deviceId)) ?? new Map();
    const entries = selectPending(device, named.get(device.user) ?? [], standing).filter(
      ({ id, expiresAt }) => expiresAt > now && own.get(id) !== true,
    );
    return { entries: entries.slice(0, limit), hasMore: entries.length > limit, own };
  });
  const ids = new Set(selections.flatMap(({ entries }) => entries.map(({ id }) => id)));
  const contents = await contentsOf(db, [...ids]);
  return selections.map(({ entries, hasMore, own }) => ({
    updates: entries.map(({ id }) => ({ content: contents.get(id)!, isKnown: own.has(id) })),
    next: hasMore ? positionOf(entries.at(-1)!) : undefined,
  }));
}

async function namedEntries(
  db: Kysely<Schema>,
  users: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, PendingEntry[]>> {
  const rows = await db
    .selectFrom('update_target')
    .innerJoin('demand_update', 'demand_update.id', 'update_target.update_id')
    .select([
      'update_target.user_id',
      'update_target.update_id',
      'update_target.sent_at',
      'update_target.expires_at',
      'update_target.collapse_key',
    ])
    .where('update_target.user_id', 'in', users)
    .where('update_target.state', '=', 'open')
    .where('demand_update.state', '=', 'sent')
    .where((row) =>
      row.or([row('update_target.expires_at', '>', now), row('update_target.collapse_key', 'is not', null)]),
    )
    .execute();
  const byUser = new Map<string, PendingEntry[]>();
  for (const row of rows) {
    const entries = byUser.get(row.user_id) ?? [];
    byUser.set(row.user_id, entries);
    entries.push({
      id: row.update_id,
      sentAt: row.sent_at,
      expiresAt: row.expires_at,
      collapseKey: row.collapse_key,
    });
  }
  return byUser;
}

/** For each device the updates it was given, and whether it acknowledged them. */
async function deviceRows(
  db: Kysely<Schema>,
  devices: readonly PendingQuery[],
  now: number,
): Promise<Map<string, Map<string, boolean>>> {
  const names = sql.join(devices.map(({ user, deviceId }) => sql`(${user}, ${deviceId})`));
  const rows = await db
    .selectFrom('update_device')
    .innerJoin('demand_update', 'demand_update.id', 'update_device.update_id')
    .select([
      'update_device.user_id',
      'update_device.device_id',
      'update_device.update_id',
      'update_device.acked_at',
    ])
    .where(sql<boolean>`(user_id, device_id) in (values ${names})`)
    .where('demand_update.expires_at', '>', now)
    .execute();
  const byDevice = new Map<string, Map<string, boolean>>();
  for (const row of rows) {
    const key = keyOf(row.user_id, row.device_id);
    const updates = byDevice.get(key) ?? new Map<string, boolean>();
    byDevice.set(key, updates);
    updates.set(row.update_id, row.acked_at !== null);
  }
  return byDevice;
}

async function contentsOf(
  db: Kysely<Schema>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, UpdateContent>> {
  const contents = new Map<string, UpdateContent>();
  for (const part of chunks(ids)) {
    const rows = await db
      .selectFrom('demand_update')
      .select(CONTENT_COLUMNS)
      .where('id', 'in', part)
      .execute();
    rows.forEach((row) => contents.set(row.id, contentOf(row)));
  }
  return contents;
}

const keyOf = (user: string, deviceId: string): string => `${user}\n${deviceId}`;

const positionOf = ({ sentAt, id }: PendingEntry): { sentAt: number; id: string } => ({ sentAt, id });
