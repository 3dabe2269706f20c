import type { Kysely } from 'kysely';
import { tableBuilder } from './table-builder.js';

/** Updates on demand, those they are kept for, the devices that got them, and keys of requests. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { text, integer, table } = tableBuilder(db);

  // Rows that hold data are too big to be leaves of an index.
  await table('demand_update', { hasRowid: true })
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('delivery', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('collapse_key', text)
    .addColumn('event', text, (column) => column.notNull())
    .addColumn('data', text, (column) => column.notNull())
    .addColumn('addressees', text, (column) => column.notNull())
    .addColumn('require_ack', integer, (column) => column.notNull())
    .addColumn('is_low', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('not_before', integer)
    .addColumn('sent_at', integer)
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('answer', text, (column) => column.notNull())
    .addColumn('matched', integer, (column) => column.notNull())
    .addColumn('written', integer, (column) => column.notNull())
    .addColumn('acked', integer, (column) => column.notNull())
    .addColumn('dropped_slow', integer, (column) => column.notNull())
    .addColumn('expired', integer, (column) => column.notNull())
    .addColumn('superseded', integer, (column) => column.notNull())
    .addColumn('overflowed', integer, (column) => column.notNull())
    .addColumn('unreached', integer, (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('demand_update_due')
    .on('demand_update')
    .columns(['state', 'not_before'])
    .execute();
  await db.schema.createIndex('demand_update_end').on('demand_update').column('expires_at').execute();

  await table('update_key')
    .addColumn('key', text, (column) => column.primaryKey().notNull())
    .addColumn('body_hash', text, (column) => column.notNull())
    .addColumn('update_id', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('update_key_update').on('update_key').column('update_id').execute();

  await table('update_target')
    .addColumn('update_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('delivery', text, (column) => column.notNull())
    .addColumn('collapse_key', text)
    .addColumn('sent_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .addColumn('reached_at', integer)
    .addPrimaryKeyConstraint('update_target_key', ['update_id', 'user_id'])
    .execute();
  await db.schema
    .createIndex('update_target_user')
    .on('update_target')
    .columns(['user_id', 'state', 'expires_at'])
    .execute();

  await table('standing_update')
    .addColumn('update_id', text, (column) => column.primaryKey().notNull())
    .addColumn('scope', text, (column) => column.notNull())
    .addColumn('delivery', text, (column) => column.notNull())
    .addColumn('collapse_key', text)
    .addColumn('sent_at', integer, (column) => column.notNull())
    .addColumn('expires_at', integer, (column) => column.notNull())
    .execute();

  await table('update_device')
    .addColumn('update_id', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('device_id', text, (column) => column.notNull())
    .addColumn('acked_at', integer)
    .addPrimaryKeyConstraint('update_device_key', ['update_id', 'user_id', 'device_id'])
    .execute();
  await db.schema
    .createIndex('update_device_of')
    .on('update_device')
    .columns(['user_id', 'device_id'])
    .execute();
}
