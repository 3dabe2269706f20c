import { type Kysely, type Selectable, sql } from 'kysely';
import type { AuditEntry, AuditLog, AuditQuery } from '../../../ports/audit-log.port.js';
import type { Schema } from './schema.js';

/** Rows removed by one statement, so that no writer waits long. */
const CHUNK_ROWS = 1000;

/** The audit log in a table that is only ever added to and trimmed, below the group commit. */
export class SqlAuditLog implements Omit<AuditLog, 'record'> {
  constructor(private readonly db: Kysely<Schema>) {}

  /** In one statement: all or none. */
  async recordAll(entries: readonly AuditEntry[]): Promise<void> {
    const rows = entries.map(({ target, result, ...entry }) => ({
      ...entry,
      target: JSON.stringify(target),
      result: JSON.stringify(result),
    }));
    await this.db.insertInto('audit_entry').values(rows).execute();
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
