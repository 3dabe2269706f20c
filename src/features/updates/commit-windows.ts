import { Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import type { Session } from '../../hub/session.js';

/** What happens between the match of an update and its publication, while the store commits it. */
export interface CommitWindow {
  /** Sessions that signed in: they were not matched. */
  readonly arrived: ReadonlySet<Session>;
  /** Sessions that were given the update already, since the store had it when they connected. */
  givenTo(updateId: string): ReadonlySet<Session>;
  close(): void;
}

const NOBODY: ReadonlySet<Session> = new Set();

/** Sees to it that a connection gets an update once, however its arrival and the commit fall together. */
@Injectable()
export class CommitWindows {
  private readonly open = new Set<{ arrived: Set<Session>; given: Map<string, Set<Session>> }>();

  constructor(hub: Hub) {
    hub.observe({
      authenticated: (session) => {
        this.open.forEach(({ arrived }) => arrived.add(session));
      },
    });
  }

  begin(): CommitWindow {
    const window = { arrived: new Set<Session>(), given: new Map<string, Set<Session>>() };
    this.open.add(window);
    return {
      arrived: window.arrived,
      givenTo: (updateId) => window.given.get(updateId) ?? NOBODY,
      close: () => this.open.delete(window),
    };
  }

  /** The session was given the update from the store. */
  gave(session: Session, updateId: string): void {
    for (const { given } of this.open) {
      const sessions = given.get(updateId) ?? new Set();
      given.set(updateId, sessions.add(session));
    }
  }
}
