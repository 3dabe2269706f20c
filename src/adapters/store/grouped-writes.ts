import type { StoreConfig } from '../../../config/app-config.js';
import type { AuditEntry, AuditLog } from '../../ports/audit-log.port.js';
import type { MessageStore, NewMessage } from '../../ports/message-store.port.js';
import type { NewUpdate, UpdateStore } from '../../ports/update-store.port.js';
import { GroupCommit } from './group-commit.js';
import type { SqlStores } from './sql/sql-stores.js';

/** An update to many users is a transaction of many rows, so few of them share a commit. */
const MAX_UPDATES = 16;

/** The ports whose writes are committed together. */
export interface GroupedStores {
  readonly messages: MessageStore;
  readonly updates: UpdateStore;
  readonly audit: AuditLog;
  /** Resolves when every write so far is answered. */
  readonly drain: () => Promise<void>;
}

/**
 * Puts group commit before the stores. Above the door that knows the engine's errors, not below it: a batch that a lost
 * connection left open must not be tried again one by one.
 */
export function groupWrites(
  { messages, updates, audit }: SqlStores,
  { commitBatch, commitDelayMs }: StoreConfig,
): GroupedStores {
  const limits = { maxBatch: commitBatch, maxDelayMs: commitDelayMs };
  const appends = new GroupCommit((batch: readonly NewMessage[]) => messages.appendAll(batch), limits);
  const creations = new GroupCommit((batch: readonly NewUpdate[]) => updates.createAll(batch), {
    maxBatch: Math.min(MAX_UPDATES, commitBatch),
    maxDelayMs: 0,
  });
  const records = new GroupCommit(
    (entries: readonly AuditEntry[]) => audit.recordAll(entries).then(() => entries.map(() => undefined)),
    limits,
  );
  return {
    messages: extended(messages, { append: (message: NewMessage) => appends.add(message) }),
    updates: extended(updates, { create: (update: NewUpdate) => creations.add(update) }),
    audit: extended(audit, { record: (entry: AuditEntry) => records.add(entry) }),
    drain: async () => {
      await Promise.all([appends.drain(), creations.drain(), records.drain()]);
    },
  };
}

/** Not by spreading: a store behind a proxy has its methods on the prototype. */
function extended<Store extends object, More extends object>(store: Store, more: More): Store & More {
  return Object.assign(Object.create(store) as Store, more);
}
