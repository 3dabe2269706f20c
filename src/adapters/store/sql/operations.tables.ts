export interface OperationsTables {
  hook_job: HookJobTable;
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
