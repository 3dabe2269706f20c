import { type Kysely, sql } from 'kysely';
import type { DeviceAck } from '../../../ports/update-store.port.js';
import { chunks } from './chunks.js';
import { isFor } from './select-pending.js';
import type { Schema } from './schema.js';
import { addresseesOf } from './update-rows.js';

/** Whose an update is, as far as its row tells. */
type IsOwn = (ack: DeviceAck) => boolean;

/** Acknowledges inside a transaction. Ids that are not the device's are left out. */
export async function acknowledgeUpdates(
  tx: Kysely<Schema>,
  acks: readonly DeviceAck[],
  now: number,
): Promise<{ acked: string[]; added: number }[]> {
  const rules = await ownership(tx, acks);
  const results = acks.map((ack) => ({
    acked: [...new Set(ack.ids)].filter((id) => rules.get(id)?.(ack) === true),
    added: 0,
  }));
  const rows = new Map<string, { row: DeviceRow; result: { added: number } }>();
  acks.forEach(({ user, deviceId }, index) => {
    const result = results[index]!;
    for (const id of result.acked) {
      const row = { update_id: id, user_id: user, device_id: deviceId, acked_at: now };
      rows.set(keyOf(row), { row, result });
    }
  });
  for (const part of chunks([...rows.values()])) {
    const added = await insert(
      tx,
      part.map(({ row }) => row),
    );
    added.forEach((row) => (rows.get(keyOf(row))!.result.added += 1));
    await count(tx, added);
  }
  return results;
}

interface DeviceRow {
  readonly update_id: string;
  readonly user_id: string;
  readonly device_id: string;
  readonly acked_at: number;
}

const keyOf = (row: Omit<DeviceRow, 'acked_at'>): string =>
  `${row.update_id}\n${row.user_id}\n${row.device_id}`;

async function ownership(
  tx: Kysely<Schema>,
  acks: readonly DeviceAck[],
): Promise<ReadonlyMap<string, IsOwn>> {
  const rules = new Map<string, IsOwn>();
  const ids = new Set(acks.flatMap((ack) => ack.ids));
  for (const part of chunks([...ids])) {
    const rows = await tx
      .selectFrom('demand_update')
      .select(['id', 'delivery', 'addressees', 'sent_at'])
      .where('id', 'in', part)
      .where('sent_at', 'is not', null)
      .execute();
    for (const row of rows) {
      const addressees = addresseesOf(row);
      const { target, except } = addressees;
      const users = target.kind === 'users' ? new Set(target.users) : undefined;
      rules.set(
        row.id,
        (ack) =>
          (users === undefined || users.has(ack.user)) &&
          isFor(ack, addressees) &&
          (row.delivery !== 'live' ||
            (ack.connectedAt <= row.sent_at! && !except.connections.includes(ack.connectionId))),
      );
    }
  }
  return rules;
}

/** Those that were not acknowledged before. */
function insert(tx: Kysely<Schema>, rows: readonly DeviceRow[]): Promise<Omit<DeviceRow, 'acked_at'>[]> {
  return tx
    .insertInto('update_device')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .columns(['update_id', 'user_id', 'device_id'])
        .doUpdateSet((row) => ({ acked_at: row.ref('excluded.acked_at') }))
        .where('update_device.acked_at', 'is', null),
    )
    .returning(['update_id', 'user_id', 'device_id'])
    .execute();
}

async function count(tx: Kysely<Schema>, added: readonly { readonly update_id: string }[]): Promise<void> {
  const tallies = new Map<string, number>();
  for (const { update_id: id } of added) {
    tallies.set(id, (tallies.get(id) ?? 0) + 1);
  }
  // In one order, so that two nodes wait for each other and not both at once.
  for (const [id, tally] of [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    await sql`update demand_update set acked = acked + ${tally} where id = ${id}`.execute(tx);
  }
}
