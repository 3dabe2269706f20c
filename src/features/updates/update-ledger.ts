import { Injectable } from '@nestjs/common';
import type { Session } from '../../hub/session.js';

/** Updates remembered for their acknowledgements; the oldest give way. */
const MAX_UPDATES = 1000;

export interface MatchedCounts {
  readonly users: number;
  readonly connections: number;
}

/** What became of an update so far. Devices that did not acknowledge are unknown, not failed. */
export interface UpdateReport {
  readonly updateId: string;
  readonly state: 'done';
  readonly sentAt: number;
  readonly matched: MatchedCounts;
  readonly acked: MatchedCounts;
}

interface Entry {
  readonly sentAt: number;
  readonly matched: MatchedCounts;
  readonly isFor: (session: Session) => boolean;
  readonly ackedSessions: Set<string>;
  readonly ackedUsers: Set<string>;
}

/** The recent updates of this node and who acknowledged them. In memory: `live` promises no more. */
@Injectable()
export class UpdateLedger {
  private readonly entries = new Map<string, Entry>();

  record(id: string, update: Pick<Entry, 'sentAt' | 'matched' | 'isFor'>): void {
    this.entries.set(id, { ...update, ackedSessions: new Set(), ackedUsers: new Set() });
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_UPDATES && oldest !== undefined) {
      this.entries.delete(oldest);
    }
  }

  /** Unknown: not known (any more), or not for this session. Each device counts once. */
  ack(id: string, session: Session): 'new' | 'repeated' | 'unknown' {
    const entry = this.entries.get(id);
    if (entry === undefined || session.principal === undefined || !entry.isFor(session)) {
      return 'unknown';
    }
    if (entry.ackedSessions.has(session.id)) {
      return 'repeated';
    }
    entry.ackedSessions.add(session.id);
    entry.ackedUsers.add(session.principal.userId);
    return 'new';
  }

  report(id: string): UpdateReport | undefined {
    const entry = this.entries.get(id);
    return (
      entry && {
        updateId: id,
        state: 'done',
        sentAt: entry.sentAt,
        matched: entry.matched,
        acked: { users: entry.ackedUsers.size, connections: entry.ackedSessions.size },
      }
    );
  }
}
