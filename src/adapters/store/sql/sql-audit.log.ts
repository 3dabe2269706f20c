import { type Kysely, type Selectable, sql } from 'kysely';
import { type AuditEntry, AuditLog, type AuditQuery } from '../../../ports/audit-log.port.js';
import type { Engine } from './engine.js';
import type { Schema } from './schema.js';

/** Rows removed by one statement, so that no writer waits long. */
const CHUNK_ROWS = 1000;

/** The audit log in a table that is only ever added to and trimmed. */
export class SqlAuditLog extends AuditLog {
  /** Both engines run the same statements here; `engine` keeps the shape of the other stores. */
  constructor(
    private readonly db: Kysely<Schema>,
    _engine: Engine,
  ) {
    super();
  }

  async record(entry: AuditEntry): Promise<void> {
    const { id, time, actor, action, target, outcome, result } = entry;
    await this.db
      .insertInto('audit_entry')
      .values({
        id,
        time,
        actor,
        action,
        target: JSON.stringify(target),
        outcome,
        result: JSON.stringify(result),
      })
      .execute();
  }

  async list({ before, actor, action, limit }: AuditQuery): Promise<readonly AuditEntry[]> {
    let query = this.db
      .selectFrom('audit_entry')
      .selectAll()
      .orderBy('time', 'desc')
      .orderBy('id', 'desc')
      .limit(limit);
    if (actor !== undefined) {
      query = query.where('actor', '=', actor);
    }
    if (action !== undefined) {
      query = query.where('action', '=', action);
    }
    if (before !== undefined) {
      // One that was trimmed meanwhile has nothing older: the comparison with no row is never true.
      query = query.where(sql<boolean>`(time, id) < (select time, id from audit_entry where id = ${before})`);
    }
    return (await query.execute()).map(entryOf);
  }

  async trim(before: number): Promise<number> {
    let removed = 0;
    let chunk: number;
    do {
      const { numDeletedRows } = await this.db
        .deleteFrom('audit_entry')
        .where('id', 'in', (db) =>
          db
            .selectFrom('audit_entry')
            .select('id')
            .where('time', '<', before)
            .orderBy('time')
            .limit(CHUNK_ROWS),
        )
        .executeTakeFirstOrThrow();
      chunk = Number(numDeletedRows);
      removed += chunk;
    } while (chunk === CHUNK_ROWS);
    return removed;
  }
}

function entryOf(row: Selectable<Schema['audit_entry']>): AuditEntry {
  return {
    ...row,
    target: JSON.parse(row.target) as AuditEntry['target'],
    result: JSON.parse(row.result) as AuditEntry['result'],
  };
}
