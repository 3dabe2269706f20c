import type { Kysely } from 'kysely';
import type { HookQueue } from '../../../ports/hook-queue.port.js';
import type { RoomStore } from '../../../ports/room-store.port.js';
import type { Engine } from './engine.js';
import type { Schema } from './schema.js';
import { SqlAuditLog } from './sql-audit.log.js';
import { SqlHookQueue } from './sql-hook.queue.js';
import { SqlMessageStore } from './sql-message.store.js';
import { SqlRoomStore } from './sql-room.store.js';
import { SqlUpdateStore } from './sql-update.store.js';

/** The public side of a class, as a proxy or a thread can stand for it too. */
type Public<Store> = Pick<Store, keyof Store>;

/** The stores of one database, below the group commit: what is written often comes in batches. */
export interface SqlStores {
  readonly rooms: RoomStore;
  readonly messages: Public<SqlMessageStore>;
  readonly updates: Public<SqlUpdateStore>;
  readonly audit: Public<SqlAuditLog>;
  readonly hooks: HookQueue;
}

/** The queries of every store, on one connection or pool. */
export function createSqlStores(db: Kysely<Schema>, engine: Engine): SqlStores {
  return {
    rooms: new SqlRoomStore(db, engine),
    messages: new SqlMessageStore(db, engine),
    updates: new SqlUpdateStore(db, engine),
    audit: new SqlAuditLog(db),
    hooks: new SqlHookQueue(db, engine),
  };
}
