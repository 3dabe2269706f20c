import type { Pool } from 'pg';
import { StoreHealth } from '../../../ports/store-health.port.js';

const ANSWER_LIMIT_MS = 1_000;
const MAX_AGE_MS = 1_000;

type Health = 'up' | 'starting' | 'down';

/** Asks PostgreSQL for a sign of life, at most once a second. A pool without a free connection counts as `down`. */
export class PostgresHealth extends StoreHealth {
  private last: { readonly answer: Promise<Health>; readonly askedAt: number } | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly isReady: () => boolean,
  ) {
    super();
  }

  check(): Promise<Health> {
    const now = performance.now();
    if (this.last === undefined || now - this.last.askedAt >= MAX_AGE_MS) {
      this.last = { answer: this.ask(), askedAt: now };
    }
    return this.last.answer;
  }

  private async ask(): Promise<Health> {
    if (!this.isReady()) {
      return 'starting';
    }
    return (await this.answers()) ? 'up' : 'down';
  }

  private async answers(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, ANSWER_LIMIT_MS, false);
    });
    // The query's own limit frees the connection of a server that says nothing; `@types/pg` does not know it.
    const query = { text: 'select 1', query_timeout: ANSWER_LIMIT_MS };
    const answer = this.pool.query(query).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([answer, limit]);
    } finally {
      clearTimeout(timer);
    }
  }
}
