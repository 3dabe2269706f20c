import { type CreateTableBuilder, type Kysely, PostgresAdapter, sql } from 'kysely';

/** Rooms, members, logs and send keys. Text is compared by bytes on both engines, so that they page alike. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const text = isPostgres ? sql`text collate "C"` : sql`text`;
  const integer = isPostgres ? sql`bigint` : sql`integer`;
  const table = (name: string, options = sql`strict, without rowid`): CreateTableBuilder<string> => {
    const builder = db.schema.createTable(name);
    return isPostgres ? builder : builder.modifyEnd(options);
  };

  await table('room')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('title', text)
    .addColumn('epoch', integer, (column) => column.notNull())
    .addColumn('slow_mode_seconds', integer, (column) => column.notNull())
    .addColumn('head', integer, (column) => column.notNull())
    .addColumn('first', integer, (column) => column.notNull())
    .addColumn('created_at', integer, (column) => column.notNull())
    .addColumn('peer_one', text)
    .addColumn('peer_two', text)
    .execute();

  await table('member')
    .addColumn('room', text, (column) => column.notNull())
    .addColumn('user_id', text, (column) => column.notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('joined_at', integer, (column) => column.notNull())
    .addColumn('muted_until', integer)
    .addColumn('banned_until', integer)
    .addColumn('read_seq', integer, (column) => column.notNull())
    .addColumn('is_active', integer, (column) => column.notNull())
    .addPrimaryKeyConstraint('member_key', ['room', 'user_id'])
    .execute();
  await db.schema
    .createIndex('member_rooms')
    .on('member')
    .columns(['user_id', 'is_active', 'room'])
    .execute();

  await table('entry')
    .addColumn('room', text, (column) => column.notNull())
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('sender', text, (column) => column.notNull())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('id', text)
    .addColumn('client_msg_id', text)
    .addColumn('recipient', text)
    .addColumn('body', text)
    .addColumn('meta', text)
    .addColumn('edited_at', integer)
    .addColumn('edited_by', integer)
    .addColumn('deleted_at', integer)
    .addColumn('target', integer)
    .addColumn('user_id', text)
    .addColumn('action', text)
    .addColumn('role', text)
    .addColumn('until', integer)
    .addColumn('reason', text)
    .addPrimaryKeyConstraint('entry_key', ['room', 'seq'])
    .execute();
  // Keys come in no order: rows in order of arrival and a small tree of keys touch a fifth fewer pages in a commit.
  await table('send_key', sql`strict`)
    .addColumn('key', text, (column) => column.primaryKey().notNull())
    .addColumn('room', text, (column) => column.notNull())
    .addColumn('seq', integer, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('time', integer, (column) => column.notNull())
    .addColumn('fingerprint', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('send_key_time').on('send_key').column('time').execute();
}
