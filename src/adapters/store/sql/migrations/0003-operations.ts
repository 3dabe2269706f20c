import type { Kysely } from 'kysely';
import { tableBuilder } from './table-builder.js';

/** Calls a webhook still has to get, and the audit log. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { text, integer, table } = tableBuilder(db);

  await table('hook_job')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('room', text)
    .addColumn('seq', integer)
    .addColumn('update_id', text)
    .addColumn('due_at', integer, (column) => column.notNull())
    .addColumn('attempts', integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('hook_job_due').on('hook_job').column('due_at').execute();

  await table('audit_entry')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('actor', text, (column) => column.notNull())
    .addColumn('action', text, (column) => column.notNull())
    .addColumn('target', text, (column) => column.notNull())
    .addColumn('outcome', text, (column) => column.notNull())
    .addColumn('result', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_entry_time').on('audit_entry').columns(['time', 'id']).execute();
  await db.schema
    .createIndex('audit_entry_actor')
    .on('audit_entry')
    .columns(['actor', 'time', 'id'])
    .execute();
  await db.schema
    .createIndex('audit_entry_action')
    .on('audit_entry')
    .columns(['action', 'time', 'id'])
    .execute();
}
