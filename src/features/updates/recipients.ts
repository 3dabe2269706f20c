import type { Hub } from '../../hub/hub.js';
import type { Session } from '../../hub/session.js';
import type { UpdateExcept, UpdateTarget } from '../../ports/update-store.port.js';
import { matchesAudience } from '../../protocol/audience.js';

/** Connected users and their connections. */
export interface MatchedCounts {
  readonly users: number;
  readonly connections: number;
}

/** Who of those connected an update is for. */
export class Recipients {
  private readonly users: ReadonlySet<string> | undefined;
  private readonly exceptUsers: ReadonlySet<string>;
  private readonly exceptSessions: ReadonlySet<string>;

  constructor(
    private readonly target: UpdateTarget,
    except: UpdateExcept,
    private readonly hub: Hub,
  ) {
    this.users = target.kind === 'users' ? new Set(target.users) : undefined;
    this.exceptUsers = new Set(except.users);
    this.exceptSessions = new Set(except.connections);
  }

  has({ id, isClosed, principal }: Session): boolean {
    return (
      !isClosed &&
      principal !== undefined &&
      (this.users === undefined || this.users.has(principal.userId)) &&
      !this.exceptUsers.has(principal.userId) &&
      !this.exceptSessions.has(id) &&
      (this.target.kind !== 'audience' || matchesAudience(principal, this.target.audience))
    );
  }

  *sessions(): Iterable<Session> {
    for (const session of this.candidates()) {
      if (this.has(session)) {
        yield session;
      }
    }
  }

  count(): MatchedCounts {
    // Everybody is counted already: a broadcast walks the sessions once, to send.
    if (this.target.kind === 'all' && this.exceptUsers.size + this.exceptSessions.size === 0) {
      return { users: this.hub.userCount, connections: this.hub.authenticatedCount };
    }
    const users = new Set<string>();
    let connections = 0;
    for (const session of this.sessions()) {
      connections += 1;
      users.add(session.principal!.userId);
    }
    return { users: users.size, connections };
  }

  /** Named users without a connection. */
  countOffline(): number {
    let offline = 0;
    for (const user of this.users ?? []) {
      if (!this.exceptUsers.has(user) && this.hub.sessionsOf(user).size === 0) {
        offline += 1;
      }
    }
    return offline;
  }

  private *candidates(): Iterable<Session> {
    if (this.users === undefined) {
      yield* this.hub.sessions;
      return;
    }
    for (const user of this.users) {
      yield* this.hub.sessionsOf(user);
    }
  }
}
