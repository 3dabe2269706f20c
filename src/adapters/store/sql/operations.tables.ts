import type { AuditEntry } from '../../../ports/audit-log.port.js';

/** What the gateway keeps for its own operation. */
export interface OperationsTables {
  hook_job: HookJobTable;
  audit_entry: AuditEntryTable;
}

/** Calls a webhook still has to get, added by the commit of their cause. */
interface HookJobTable {
  id: string;
  kind: 'chat' | 'update';
  room: string | null;
  seq: number | null;
  update_id: string | null;
  due_at: number;
  attempts: number;
}

/** What was done over REST. */
interface AuditEntryTable {
  id: string;
  time: number;
  actor: string;
  action: string;
  /** JSON text, like `result`. */
  target: string;
  outcome: AuditEntry['outcome'];
  result: string;
}
