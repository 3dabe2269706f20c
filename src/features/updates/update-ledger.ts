import { Injectable } from '@nestjs/common';
import type { Principal } from '../../protocol/principal.js';

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
  readonly isFor: (principal: Principal, sessionId: string) => boolean;
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

  /** False for an update that is not known (any more), or was not for this session. */
  ack(id: string, principal: Principal, sessionId: string): boolean {
    const entry = this.entries.get(id);
    if (entry === undefined || !entry.isFor(principal, sessionId)) {
      return false;
    }
    entry.ackedSessions.add(sessionId);
    entry.ackedUsers.add(principal.userId);
    return true;
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
