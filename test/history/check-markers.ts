import { MAX_UNREAD } from '../../src/protocol/chat.js';
import type { Evidence, Violation } from './evidence.js';
import { Floors } from './floor.js';
import { repliesOf, sessionKey, type SessionName } from './history.js';

/** A read marker as somebody was told of it. */
interface Observation {
  readonly session: SessionName;
  readonly room: string;
  readonly read: number;
  readonly at: number;
  /** Asked for at this moment; undefined for pushes. */
  readonly invokedAt: number | undefined;
  readonly unread: number | undefined;
}

/** Markers of a user never go back, and unread is what the final log makes of them. */
export function checkMarkers(evidence: Evidence): Violation[] {
  const observations = observationsOf(evidence);
  return [...monotone(observations), ...acknowledged(evidence), ...counts(observations, evidence)];
}

function observationsOf({ operations, markers }: Evidence): Observation[] {
  const observations: Observation[] = markers.map((marker) => ({
    ...marker,
    invokedAt: undefined,
    unread: undefined,
  }));
  for (const { operation, reply, at } of [
    ...repliesOf(operations, 'chat.join'),
    ...repliesOf(operations, 'chat.read'),
  ]) {
    const { session, invokedAt } = operation;
    observations.push({ session, invokedAt, at, room: reply.room, read: reply.read, unread: reply.unread });
  }
  for (const { operation, reply, at } of repliesOf(operations, 'chat.rooms')) {
    const { session, invokedAt } = operation;
    for (const { room, read, unread } of reply.rooms) {
      observations.push({ session, invokedAt, at, room, read, unread });
    }
  }
  return observations.toSorted((one, other) => one.at - other.at);
}

/** A push may be late against the answers of other sessions, so it is held against its own session's pushes alone. */
function monotone(observations: readonly Observation[]): Violation[] {
  const known = new Floors();
  const pushed = new Map<string, number>();
  const violations: Violation[] = [];
  for (const { session, room, read, at } of observations) {
    known.of(`${session.user} ${room}`).add(at, read);
  }
  for (const { session, room, read, invokedAt } of observations) {
    const key = `${sessionKey(session)} ${room}`;
    const floor =
      invokedAt === undefined
        ? (pushed.get(key) ?? 0)
        : known.of(`${session.user} ${room}`).before(invokedAt);
    if (read < floor) {
      violations.push({
        kind: 'marker-back',
        explanation: `${sessionKey(session)} was told that it has read ${room} up to ${read} after ${floor} was known`,
      });
    }
    if (invokedAt === undefined) {
      pushed.set(key, Math.max(floor, read));
    }
  }
  return violations;
}

function acknowledged({ operations }: Evidence): Violation[] {
  return repliesOf(operations, 'chat.read').flatMap(({ operation, reply }) =>
    reply.read >= operation.data.seq
      ? []
      : [
          {
            kind: 'marker-back' as const,
            explanation: `${sessionKey(operation.session)} read ${reply.room} up to ${operation.data.seq} and was answered ${reply.read}`,
          },
        ],
  );
}

/** Held against the final log, so only for what was asked when nobody wrote any more. */
function counts(observations: readonly Observation[], { logs, quietAt }: Evidence): Violation[] {
  return observations.flatMap(({ session, room, read, unread, invokedAt }) => {
    if (unread === undefined || invokedAt === undefined || invokedAt < quietAt) {
      return [];
    }
    const log = logs.get(room) ?? [];
    const messages = log.filter(
      ({ type, seq, from }) => type === 'message' && seq > read && from !== session.user,
    );
    const expected = messages.filter((entry) => entry.type === 'message' && entry.body !== null).length;
    return unread === Math.min(expected, MAX_UNREAD)
      ? []
      : [
          {
            kind: 'unread-wrong' as const,
            explanation: `${sessionKey(session)} was told ${unread} unread in ${room} after ${read}; the log has ${expected}`,
          },
        ];
  });
}
