import type { AuditLog } from '../../ports/audit-log.port.js';
import type { HookQueue } from '../../ports/hook-queue.port.js';
import type { MessageStore } from '../../ports/message-store.port.js';
import type { RoomStore } from '../../ports/room-store.port.js';
import type { StoreHealth } from '../../ports/store-health.port.js';
import type { UpdateStore } from '../../ports/update-store.port.js';

/** The ports that one store fills, and its end. */
export interface StoreBundle {
  readonly rooms: RoomStore;
  readonly messages: MessageStore;
  readonly updates: UpdateStore;
  readonly audit: AuditLog;
  readonly hooks: HookQueue;
  readonly health: StoreHealth;
  /** Finishes what was asked for before, then lets go of the database. */
  close(): Promise<void>;
}
