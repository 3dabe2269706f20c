import type { Kysely } from 'kysely';
import type {
  CreateOutcome,
  DeliveryRecord,
  DeviceAck,
  NewUpdate,
  OutgoingUpdate,
  PendingPage,
  PendingQuery,
  UpdateRecord,
  UserRecord,
} from '../../../ports/update-store.port.js';
import type { UpdateStore } from '../../../ports/update-store.port.js';
import { acknowledgeUpdates } from './acknowledge-updates.js';
import { cancelUpdate } from './cancel-update.js';
import { claimDueUpdates, type DueRequest } from './claim-due-updates.js';
import { createUpdates } from './create-updates.js';
import type { Engine } from './engine.js';
import { pendingPages } from './pending-updates.js';
import { recordDeliveries } from './record-deliveries.js';
import type { Schema } from './schema.js';
import { trimUpdates } from './trim-updates.js';
import { RECORD_COLUMNS, recordOf } from './update-rows.js';
import { updateUsers } from './update-users.js';

/** Updates on demand in SQL, below the group commit: creations come in batches. */
export class SqlUpdateStore implements Omit<UpdateStore, 'create'> {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly engine: Engine,
  ) {}

  /** In one transaction: all or none. */
  createAll(updates: readonly NewUpdate[]): Promise<CreateOutcome[]> {
    return this.db.transaction().execute((tx) => createUpdates(tx, updates));
  }

  claimDue(request: DueRequest): Promise<OutgoingUpdate[]> {
    return this.db.transaction().execute((tx) => claimDueUpdates(tx, this.engine, request));
  }

  async pendingFor(devices: readonly PendingQuery[], now: number, limit: number): Promise<PendingPage[]> {
    return devices.length === 0 ? [] : pendingPages(this.db, devices, now, limit);
  }

  ack(acks: readonly DeviceAck[], now: number): Promise<{ acked: string[]; added: number }[]> {
    return this.db.transaction().execute((tx) => acknowledgeUpdates(tx, acks, now));
  }

  record(record: DeliveryRecord): Promise<void> {
    return this.db.transaction().execute((tx) => recordDeliveries(tx, record));
  }

  async find(id: string): Promise<UpdateRecord | undefined> {
    const row = await this.db
      .selectFrom('demand_update')
      .select(RECORD_COLUMNS)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && recordOf(row);
  }

  async list(before: string | undefined, limit: number): Promise<UpdateRecord[]> {
    const all = this.db.selectFrom('demand_update').select(RECORD_COLUMNS).orderBy('id', 'desc').limit(limit);
    const rows = await (before === undefined ? all : all.where('id', '<', before)).execute();
    return rows.map(recordOf);
  }

  users(id: string, after: string, limit: number): Promise<UserRecord[]> {
    return updateUsers(this.db, id, after, limit);
  }

  cancel(id: string, now: number): Promise<boolean> {
    return this.db.transaction().execute((tx) => cancelUpdate(tx, id, now));
  }

  trim(before: number): Promise<number> {
    return trimUpdates(this.db, before);
  }
}
