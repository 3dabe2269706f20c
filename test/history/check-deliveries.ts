import type { JoinReply, RoomEntry, RoomPage } from '../../src/protocol/chat.js';
import { type Evidence, identityOf, type Violation, type ViolationKind } from './evidence.js';
import { groupBy } from './group-by.js';
import { repliesOf, sessionKey, type SessionName } from './history.js';

/** What one session got of one room. */
interface Stretch {
  readonly session: SessionName;
  readonly room: string;
  /** Everything up to here was delivered, or belongs to what the session holds already; undefined before it joined. */
  upTo: number | undefined;
  lastPushed: number;
  readonly delivered: Set<number>;
}

/** Pushes come in order and leave nothing out, pages are what they say, and all of it is in the final log. */
export function checkDeliveries(evidence: Evidence): Violation[] {
  const violations: Violation[] = [];
  const complain = (kind: ViolationKind, session: SessionName, problem: string): void => {
    violations.push({ kind, explanation: `${sessionKey(session)}: ${problem}` });
  };
  const { operations, logs, maxRecovery } = evidence;
  const expectLogged = (session: SessionName, entry: RoomEntry): void => {
    const logged = logs.get(entry.room)?.[entry.seq - 1];
    if (logged === undefined || identityOf(logged) !== identityOf(entry)) {
      const instead = logged === undefined ? 'nothing' : identityOf(logged);
      complain('phantom', session, `got ${identityOf(entry)}; the log has ${instead}`);
    }
  };

  const joins = repliesOf(operations, 'chat.join');
  for (const { operation, reply } of joins) {
    reply.messages.forEach((entry) => expectLogged(operation.session, entry));
    const problem = joinProblem(reply, operation.data.since, maxRecovery);
    if (problem !== undefined) {
      complain(
        'bad-page',
        operation.session,
        `joined ${reply.room} since ${operation.data.since}: ${problem}`,
      );
    }
  }
  for (const { operation, reply } of repliesOf(operations, 'chat.history')) {
    reply.messages.forEach((entry) => expectLogged(operation.session, entry));
    const problem = pageProblem(reply, operation.data.since ?? 0);
    if (problem !== undefined) {
      complain('bad-page', operation.session, `read ${reply.room} since ${operation.data.since}: ${problem}`);
    }
  }

  const stretches = new Map<string, Stretch>();
  const stretchOf = (session: SessionName, room: string): Stretch => {
    const key = `${sessionKey(session)} ${room}`;
    const stretch = stretches.get(key) ?? {
      session,
      room,
      upTo: undefined,
      lastPushed: 0,
      delivered: new Set(),
    };
    stretches.set(key, stretch);
    return stretch;
  };
  const ownPlaces = placesWrittenBySession(evidence);
  const steps = [
    ...joins.map(({ operation, reply, at }) => ({
      at,
      session: operation.session,
      join: reply,
      entry: undefined,
    })),
    ...evidence.pushes.map(({ at, session, entry }) => ({ at, session, join: undefined, entry })),
  ].toSorted((one, other) => one.at - other.at);
  for (const { session, join, entry } of steps) {
    if (join !== undefined) {
      const stretch = stretchOf(session, join.room);
      stretch.upTo = Math.max(stretch.upTo ?? 0, join.head);
      continue;
    }
    expectLogged(session, entry);
    const stretch = stretchOf(session, entry.room);
    if (entry.seq <= stretch.lastPushed) {
      complain('push-order', session, `${entry.room} ${entry.seq} was pushed after ${stretch.lastPushed}`);
    }
    stretch.lastPushed = Math.max(stretch.lastPushed, entry.seq);
    stretch.delivered.add(entry.seq);
    const missed = missedBefore(entry.seq, stretch, (seq) =>
      ownPlaces.has(placeKey(session, entry.room, seq)),
    );
    if (missed.length > 0) {
      complain(
        'missed-push',
        session,
        `${entry.room} ${entry.seq} was pushed without ${missed.join(', ')} before it`,
      );
    }
  }
  return violations;
}

/** Moves `upTo` to `seq` and says which numbers on the way were not delivered. */
function missedBefore(seq: number, stretch: Stretch, isOwn: (seq: number) => boolean): number[] {
  const missed: number[] = [];
  if (stretch.upTo === undefined) {
    return missed;
  }
  for (let next = stretch.upTo + 1; next < seq; next += 1) {
    if (!stretch.delivered.has(next) && !isOwn(next)) {
      missed.push(next);
    }
  }
  stretch.upTo = Math.max(stretch.upTo, seq);
  return missed;
}

const placeKey = (session: SessionName, room: string, seq: number): string =>
  `${sessionKey(session)} ${room} ${seq}`;

/** A session learns of its own entries by replies, which may come before or after pushes, or never. */
function placesWrittenBySession({ operations, logs }: Evidence): ReadonlySet<string> {
  const entries = [...logs.values()].flat();
  const byCause = groupBy(entries, (entry) => {
    const kind = `${entry.room} by ${entry.from}: ${entry.type}`;
    return entry.type === 'message'
      ? entry.clientMsgId
      : entry.type === 'member'
        ? kind
        : `${kind} of ${entry.target}`;
  });
  const own = new Set<string>();
  for (const { session, event, data } of operations) {
    const cause =
      event === 'chat.send'
        ? data.clientMsgId
        : event === 'chat.edit' || event === 'chat.delete'
          ? `${data.room} by ${session.user}: ${event === 'chat.edit' ? 'edit' : 'deletion'} of ${data.target}`
          : '';
    for (const { room, seq } of byCause.get(cause) ?? []) {
      own.add(placeKey(session, room, seq));
    }
  }
  return own;
}

function joinProblem(reply: JoinReply, since: number | undefined, maxRecovery: number): string | undefined {
  const { messages, head, recovered, reason } = reply;
  const holds = since === undefined ? 'no position' : `position ${since}`;
  if (recovered) {
    return since === undefined ? `recovered with ${holds}` : stretchProblem(messages, since + 1, head);
  }
  if (since !== undefined && !(reason === 'tooMany' && head - since > maxRecovery)) {
    return `not recovered (${reason}) at head ${head}, which nothing explains`;
  }
  return messages.length === 0
    ? head === 0
      ? undefined
      : `no messages although the head is ${head}`
    : stretchProblem(messages, messages[0]!.seq, head);
}

function pageProblem({ messages, head, more }: RoomPage, since: number): string | undefined {
  const last = messages.at(-1)?.seq ?? since;
  if (more !== last < head) {
    return `more is ${more}, the page ends at ${last}, the head is ${head}`;
  }
  return stretchProblem(messages, since + 1, last);
}

function stretchProblem(messages: readonly RoomEntry[], first: number, last: number): string | undefined {
  const seqs = messages.map(({ seq }) => seq);
  const isStretch = seqs.length === last - first + 1 && seqs.every((seq, index) => seq === first + index);
  return isStretch ? undefined : `expected ${first} to ${last}, got ${seqs.join(' ') || 'nothing'}`;
}
