import type { RoomEntry } from '../../src/protocol/chat.js';
import { bodyOf, type Evidence, identityOf, type ShownRoom, type Violation } from './evidence.js';

/** In the end every device shows the log from its first entry to its end: without a hole, once, and as it stands. */
export function checkShown({ shown, logs }: Evidence): Violation[] {
  return shown.flatMap((view) => {
    const problem = problemOf(view, logs.get(view.room) ?? []);
    return problem === undefined
      ? []
      : [{ kind: 'shown-differs' as const, explanation: `${view.device} in ${view.room}: ${problem}` }];
  });
}

function problemOf({ entries, last }: ShownRoom, log: readonly RoomEntry[]): string | undefined {
  if (last !== log.length) {
    return `has everything up to ${last}, the log ends at ${log.length}`;
  }
  const first = entries[0]?.seq ?? last + 1;
  if (entries.length !== last - first + 1) {
    return `shows ${entries.length} entries from ${first} to ${last}`;
  }
  for (const [index, entry] of entries.entries()) {
    const logged = log[first - 1 + index];
    if (logged === undefined || identityOf(entry) !== identityOf(logged)) {
      return `shows ${identityOf(entry)} where the log has ${logged === undefined ? 'nothing' : identityOf(logged)}`;
    }
    // Only messages are shown with their revisions; an edit's own row keeps what came with it.
    if (entry.type === 'message' && bodyOf(entry) !== bodyOf(logged)) {
      return `${identityOf(entry)} shows ${bodyOf(entry)}, the log says ${bodyOf(logged)}`;
    }
  }
  return undefined;
}
