import type { RoomEntry } from '../../src/protocol/chat.js';
import type { Evidence, Violation } from './evidence.js';
import { Floors } from './floor.js';
import { groupBy } from './group-by.js';
import { repliesOf, sessionKey } from './history.js';

/** Everything acknowledged is in the log, at the place that was named, in an order that real time allows. */
export function checkAcks(evidence: Evidence): Violation[] {
  return [...sends(evidence), ...revisions(evidence), ...repeats(evidence), ...realTime(evidence)];
}

const entryAt = ({ logs }: Evidence, room: string, seq: number): RoomEntry | undefined =>
  logs.get(room)?.[seq - 1];

function sends(evidence: Evidence): Violation[] {
  return repliesOf(evidence.operations, 'chat.send').flatMap(({ operation, reply }) => {
    const entry = entryAt(evidence, reply.room, reply.seq);
    const isThere =
      entry?.type === 'message' &&
      entry.id === reply.id &&
      entry.clientMsgId === operation.data.clientMsgId &&
      entry.from === operation.session.user;
    return isThere
      ? []
      : [
          {
            kind: 'lost-ack' as const,
            explanation:
              `${sessionKey(operation.session)} was told that ${operation.data.clientMsgId} is ${reply.room} ${reply.seq}; ` +
              `there is ${entry === undefined ? 'nothing' : JSON.stringify(entry)}`,
          },
        ];
  });
}

function revisions(evidence: Evidence): Violation[] {
  const { operations } = evidence;
  const violations: Violation[] = [];
  for (const event of ['chat.edit', 'chat.delete'] as const) {
    const type = event === 'chat.edit' ? 'edit' : 'deletion';
    for (const { operation, reply } of repliesOf(operations, event)) {
      const { target } = operation.data;
      const entry = reply.seq === null ? undefined : entryAt(evidence, reply.room, reply.seq);
      if (reply.seq !== null && !(entry?.type === type && entry.target === target)) {
        violations.push({
          kind: 'lost-ack',
          explanation: `The ${type} of ${reply.room} ${target} was acknowledged as ${reply.seq}; there is ${JSON.stringify(entry)}`,
        });
      }
      const message = entryAt(evidence, reply.room, target);
      if (event === 'chat.delete' && message?.type === 'message' && message.body !== null) {
        violations.push({
          kind: 'lost-ack',
          explanation: `The deletion of ${reply.room} ${target} was acknowledged and it still says ${message.body}`,
        });
      }
    }
  }
  return violations;
}

/** One `clientMsgId` has one place, and at most one answer says that it is new. */
function repeats({ operations }: Evidence): Violation[] {
  const byKey = groupBy(repliesOf(operations, 'chat.send'), ({ operation }) => operation.data.clientMsgId);
  return [...byKey].flatMap(([key, answers]) => {
    const places = new Set(answers.map(({ reply }) => `${reply.room} ${reply.seq} id ${reply.id}`));
    const firsts = answers.filter(({ reply }) => !reply.duplicate).length;
    return [
      ...(places.size > 1
        ? [
            {
              kind: 'changed-ack' as const,
              explanation: `${key} was answered as ${[...places].join(' and as ')}`,
            },
          ]
        : []),
      ...(firsts > 1
        ? [{ kind: 'changed-ack' as const, explanation: `${key} was called new ${firsts} times` }]
        : []),
    ];
  });
}

/** What was sent after another was acknowledged follows it; a page asked for then knows it. */
function realTime({ operations, logs }: Evidence): Violation[] {
  const violations: Violation[] = [];
  const acknowledged = new Floors();
  const sent = repliesOf(operations, 'chat.send');
  const revised = [...repliesOf(operations, 'chat.edit'), ...repliesOf(operations, 'chat.delete')];
  for (const { reply, at } of [...sent, ...revised]) {
    acknowledged.of(reply.room).add(at, reply.seq ?? 0);
  }
  const firstInvoked = new Map<string, number>();
  for (const operation of operations) {
    if (operation.event === 'chat.send' && !firstInvoked.has(operation.data.clientMsgId)) {
      firstInvoked.set(operation.data.clientMsgId, operation.invokedAt);
    }
  }
  for (const [room, log] of logs) {
    for (const entry of log) {
      const invokedAt = entry.type === 'message' ? firstInvoked.get(entry.clientMsgId) : undefined;
      const floor = invokedAt === undefined ? 0 : acknowledged.of(room).before(invokedAt);
      if (entry.seq <= floor) {
        violations.push({
          kind: 'wrong-order',
          explanation: `${room} ${entry.seq} was sent after ${floor} had been acknowledged`,
        });
      }
    }
  }
  for (const { operation, reply } of [
    ...repliesOf(operations, 'chat.join'),
    ...repliesOf(operations, 'chat.history'),
  ]) {
    const floor = acknowledged.of(reply.room).before(operation.invokedAt);
    if (reply.head < floor) {
      violations.push({
        kind: 'stale-page',
        explanation: `${sessionKey(operation.session)} was told that ${reply.room} ends at ${reply.head} after ${floor} had been acknowledged`,
      });
    }
  }
  return violations;
}
