import type { Kysely } from 'kysely';
import type { AuditLog } from '../../../ports/audit-log.port.js';
import type { HookQueue } from '../../../ports/hook-queue.port.js';
import type { RoomStore } from '../../../ports/room-store.port.js';
import type { UpdateStore } from '../../../ports/update-store.port.js';
import type { Engine } from './engine.js';
import type { Schema } from './schema.js';
import { SqlAuditLog } from './sql-audit.log.js';
import { SqlHookQueue } from './sql-hook.queue.js';
import { SqlMessageStore } from './sql-message.store.js';
import { SqlRoomStore } from './sql-room.store.js';
import { SqlUpdateStore } from './sql-update.store.js';

/** The logs of rooms below the group commit: appends come in batches. */
export type MessageLog = Pick<SqlMessageStore, keyof SqlMessageStore>;

/** The stores of one database. */
export interface SqlStores {
  readonly rooms: RoomStore;
  readonly messages: MessageLog;
  readonly updates: UpdateStore;
  readonly audit: AuditLog;
  readonly hooks: HookQueue;
}

/** The queries of every store, on one connection or pool. */
export function createSqlStores(db: Kysely<Schema>, engine: Engine): SqlStores {
  return {
    rooms: new SqlRoomStore(db, engine),
    messages: new SqlMessageStore(db, engine),
    updates: new SqlUpdateStore(db, engine),
    audit: new SqlAuditLog(db, engine),
    hooks: new SqlHookQueue(db, engine),
  };
}
