import type { Kysely } from 'kysely';
import { type HookJob, HookQueue } from '../../../ports/hook-queue.port.js';
import type { Engine } from './engine.js';
import type { Schema } from './schema.js';

/** Jobs in a table. Taking one moves its due time, so that it comes again by itself when nobody finished it. */
export class SqlHookQueue extends HookQueue {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly engine: Engine,
  ) {
    super();
  }

  async take(now: number, leaseMs: number, limit: number): Promise<readonly HookJob[]> {
    const rows = await this.db
      // Materialized: a subquery that the planner ran again would lock, and take, other rows.
      .with(
        (cte) => cte('due').materialized(),
        (db) => {
          const due = db
            .selectFrom('hook_job')
            .select('id')
            .where('due_at', '<=', now)
            .orderBy('due_at')
            .orderBy('id')
            .limit(limit);
          return this.engine === 'postgres' ? due.forUpdate().skipLocked() : due;
        },
      )
      .updateTable('hook_job')
      .set({ due_at: now + leaseMs })
      .where('id', 'in', (db) => db.selectFrom('due').select('due.id'))
      .returning(['id', 'kind', 'room', 'seq', 'update_id', 'attempts'])
      .execute();
    return rows.map(({ id, kind, room, seq, update_id: updateId, attempts }) => ({
      id,
      kind,
      ...(room !== null && { room }),
      ...(seq !== null && { seq }),
      ...(updateId !== null && { updateId }),
      attempts,
    }));
  }

  async retry(id: string, at: number): Promise<void> {
    await this.db
      .updateTable('hook_job')
      .set((job) => ({ due_at: at, attempts: job('attempts', '+', 1) }))
      .where('id', '=', id)
      .execute();
  }

  async remove(id: string): Promise<void> {
    await this.db.deleteFrom('hook_job').where('id', '=', id).execute();
  }
}
