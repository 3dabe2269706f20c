import type { ChatMessage, RoomEntry } from '../../src/protocol/chat.js';
import { bodyOf, type Evidence, identityOf, type Violation } from './evidence.js';
import { groupBy } from './group-by.js';
import { type OperationOf, operationsOf } from './history.js';

/** What each final log says by itself, against the database, and against what was asked for. */
export function checkLogs(evidence: Evidence): Violation[] {
  return [...evidence.logs].flatMap(([room, log]) => [
    ...numbering(room, log),
    ...sameAsStored(room, log, evidence.stored.get(room) ?? []),
    ...bodies(log),
    ...causes(log, evidence),
  ]);
}

function numbering(room: string, log: readonly RoomEntry[]): Violation[] {
  const wrong = log.findIndex(({ seq }, index) => seq !== index + 1);
  return wrong === -1
    ? []
    : [
        {
          kind: 'log-hole',
          explanation: `${room}: place ${wrong + 1} of the log has seq ${log[wrong]!.seq}`,
        },
      ];
}

function sameAsStored(room: string, log: readonly RoomEntry[], stored: readonly RoomEntry[]): Violation[] {
  const violations: Violation[] = [];
  for (let index = 0; index < Math.max(log.length, stored.length); index += 1) {
    const [paged, kept] = [describe(log[index]), describe(stored[index])];
    if (paged !== kept) {
      violations.push({
        kind: 'store-differs',
        explanation: `${room}, place ${index + 1}: paging gives ${paged}, the database ${kept}`,
      });
    }
  }
  return violations;
}

const describe = (entry: RoomEntry | undefined): string =>
  entry === undefined ? 'nothing' : `${identityOf(entry)} body ${JSON.stringify(bodyOf(entry))}`;

/** A message says what its newest edit says, and nothing once it is deleted; older edits say nothing. */
function bodies(log: readonly RoomEntry[]): Violation[] {
  const violations: Violation[] = [];
  const complain = (entry: RoomEntry, problem: string): void => {
    violations.push({ kind: 'wrong-body', explanation: `${identityOf(entry)} ${problem}` });
  };
  const bySeq = new Map(log.map((entry) => [entry.seq, entry]));
  const newestRevision = new Map<number, RoomEntry>();
  for (const entry of log.toReversed()) {
    if (entry.type !== 'edit' && entry.type !== 'deletion') {
      continue;
    }
    const target = bySeq.get(entry.target);
    if (target?.type !== 'message' || target.seq >= entry.seq) {
      complain(entry, 'has no message as its target');
    }
    if (newestRevision.has(entry.target) && bodyOf(entry) !== undefined && bodyOf(entry) !== null) {
      complain(entry, 'still holds a body although it was edited again or deleted');
    }
    if (!newestRevision.has(entry.target)) {
      newestRevision.set(entry.target, entry);
    }
  }
  for (const message of log.filter((entry) => entry.type === 'message')) {
    const revision = newestRevision.get(message.seq);
    if (revision?.type === 'deletion' ? message.body !== null : message.body === null) {
      complain(message, revision === undefined ? 'has no body' : 'does not fit its deletion');
    }
    if (revision?.type === 'edit' && revision.body !== message.body) {
      complain(message, `says ${message.body}, its newest edit ${revision.body}`);
    }
  }
  return violations;
}

/** Every row was asked for, was not refused, and exists once. */
function causes(log: readonly RoomEntry[], { operations }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const sends = groupBy(operationsOf(operations, 'chat.send'), ({ data }) => data.clientMsgId);
  const edits = new Set(operationsOf(operations, 'chat.edit').map(revisionKey));
  const deletions = new Set(operationsOf(operations, 'chat.delete').map(revisionKey));
  const edited = new Set(log.flatMap((entry) => (entry.type === 'edit' ? [entry.target] : [])));
  const rows = new Map<string, ChatMessage>();
  const complain = (entry: RoomEntry, problem: string): void => {
    violations.push({ kind: 'phantom', explanation: `${identityOf(entry)} ${problem}` });
  };
  for (const entry of log) {
    if (entry.type === 'message') {
      const earlier = rows.get(entry.clientMsgId);
      if (earlier !== undefined) {
        violations.push({
          kind: 'duplicate-row',
          explanation: `${entry.clientMsgId} is stored as ${identityOf(earlier)} and as ${identityOf(entry)}`,
        });
      }
      rows.set(entry.clientMsgId, entry);
      const attempts = sends.get(entry.clientMsgId) ?? [];
      if (attempts.length === 0) {
        complain(entry, 'was never sent');
      } else if (attempts.every(({ ending }) => ending?.outcome === 'fail')) {
        complain(entry, 'is stored although every attempt was refused');
      } else if (entry.body !== null && !edited.has(entry.seq) && entry.body !== attempts[0]!.data.body) {
        complain(entry, `says ${entry.body}, but was sent as ${attempts[0]!.data.body}`);
      }
    }
    if (entry.type === 'edit' || entry.type === 'deletion') {
      const asked = entry.type === 'edit' ? edits : deletions;
      if (!asked.has(`${entry.from} ${entry.room} ${entry.target}`)) {
        complain(entry, 'was never asked for');
      }
    }
  }
  return violations;
}

const revisionKey = ({ session, data }: OperationOf<'chat.edit' | 'chat.delete'>): string =>
  `${session.user} ${data.room} ${data.target}`;
