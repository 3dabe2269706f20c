import { expect, it } from '@jest/globals';
import type { RoomEntry } from '../../src/protocol/chat.js';
import { check, summary } from './checker.js';
import { type ViolationKind, VIOLATIONS } from './evidence.js';
import {
  BOB,
  BOB_AGAIN,
  correctEvidence,
  joinReply,
  message,
  PHONE,
  ROOM,
  type SampleEvidence,
  sendData,
  sendReply,
  TABLET,
} from './sample-evidence.js';

const logOf = (sample: SampleEvidence): RoomEntry[] => sample.logs.get(ROOM)!;
const deletion: RoomEntry = { type: 'deletion', room: ROOM, seq: 5, from: 'alice', time: 0, target: 2 };

it('finds nothing in a correct history', () => {
  expect(summary(check(correctEvidence()))).toBe('');
});

it('lets a send of unknown outcome be stored once or never', () => {
  const sample = correctEvidence();
  sample.did(PHONE, 'chat.send', sendData(9), 'info');
  expect(summary(check(sample))).toBe('');
});

it('lets pushes overtake the answer of the session that wrote the entry between', () => {
  const sample = correctEvidence();
  logOf(sample).push(message(5), { ...message(6), from: 'bob' });
  sample.did(BOB, 'chat.send', sendData(6), sendReply(6));
  sample.pushed(PHONE, { ...message(6), from: 'bob' });
  sample.did(PHONE, 'chat.send', sendData(5), 'info');
  const kinds = check(sample).map(({ kind }) => kind);
  expect(kinds).not.toContain('missed-push');
});

const faults: [string, ViolationKind, (sample: SampleEvidence) => void][] = [
  ['a number left out of the log', 'log-hole', (sample) => logOf(sample).splice(1, 1)],
  ['a row only paging knows', 'store-differs', (sample) => (sample.stored = new Map())],
  [
    'a row with another body in the database',
    'store-differs',
    (sample) => (sample.stored = new Map([[ROOM, logOf(sample).with(1, message(2, 'changed'))]])),
  ],
  ['one message stored twice', 'duplicate-row', (sample) => logOf(sample).push({ ...message(2), seq: 5 })],
  ['a message nobody sent', 'phantom', (sample) => logOf(sample).push(message(5))],
  [
    'a message that was refused',
    'phantom',
    (sample) => {
      logOf(sample).push(message(5));
      sample.did(PHONE, 'chat.send', sendData(5), 'fail');
    },
  ],
  ['a message stored with another body', 'phantom', (sample) => (logOf(sample)[2] = message(3, 'changed'))],
  ['a deletion nobody asked for', 'phantom', (sample) => logOf(sample).push(deletion)],
  ['a push of what is not in the log', 'phantom', (sample) => sample.pushed(BOB_AGAIN, message(5))],
  [
    'a push of another message than the log has',
    'phantom',
    (sample) => sample.pushed(TABLET, { ...message(3), id: 'other' }),
  ],
  ['an edit that did not reach its message', 'wrong-body', (sample) => (logOf(sample)[0] = message(1))],
  [
    'a deletion that left the body',
    'wrong-body',
    (sample) => {
      logOf(sample).push(deletion);
      sample.did(PHONE, 'chat.delete', { room: ROOM, target: 2 }, { room: ROOM, seq: 5 });
    },
  ],
  [
    'an acknowledged message that is gone',
    'lost-ack',
    (sample) => sample.did(PHONE, 'chat.send', sendData(5), sendReply(5)),
  ],
  [
    'an acknowledged message with another one in its place',
    'lost-ack',
    (sample) => sample.did(PHONE, 'chat.send', sendData(5), sendReply(3)),
  ],
  [
    'an acknowledged edit that is gone',
    'lost-ack',
    (sample) => sample.did(PHONE, 'chat.edit', { room: ROOM, target: 2, body: 'x' }, { room: ROOM, seq: 5 }),
  ],
  [
    'an acknowledged deletion that is gone',
    'lost-ack',
    (sample) => sample.did(PHONE, 'chat.delete', { room: ROOM, target: 2 }, { room: ROOM, seq: null }),
  ],
  [
    'another place for the same clientMsgId',
    'changed-ack',
    (sample) => sample.did(PHONE, 'chat.send', sendData(2), sendReply(3, true)),
  ],
  [
    'a message called new twice',
    'changed-ack',
    (sample) => sample.did(PHONE, 'chat.send', sendData(3), sendReply(3)),
  ],
  [
    'a message before one that had been acknowledged when it was sent',
    'wrong-order',
    (sample) => {
      const log = logOf(sample);
      log[1] = { ...message(2), clientMsgId: 'm9', body: 'body 9' };
      sample.did(PHONE, 'chat.send', sendData(9), 'info');
    },
  ],
  [
    'a page that forgot what was acknowledged',
    'stale-page',
    (sample) => sample.did(TABLET, 'chat.join', { room: ROOM }, joinReply([message(1)], 1)),
  ],
  ['a push that comes twice', 'push-order', (sample) => sample.pushed(BOB, message(1))],
  [
    'a push after its successor',
    'push-order',
    (sample) => sample.pushed(TABLET, message(2), message(1, 'better')),
  ],
  ['a push that was left out', 'missed-push', (sample) => sample.pushed(BOB, message(3))],
  [
    'a resume that leaves out an entry',
    'bad-page',
    (sample) =>
      sample.did(
        BOB,
        'chat.join',
        { room: ROOM, since: 2 },
        joinReply([logOf(sample)[3]!], 4, { recovered: true }),
      ),
  ],
  [
    'a resume that repeats an entry',
    'bad-page',
    (sample) =>
      sample.did(
        BOB,
        'chat.join',
        { room: ROOM, since: 3 },
        joinReply(logOf(sample).slice(2), 4, { recovered: true }),
      ),
  ],
  [
    'a resume refused for no reason',
    'bad-page',
    (sample) =>
      sample.did(
        BOB,
        'chat.join',
        { room: ROOM, since: 3 },
        joinReply(logOf(sample), 4, { reason: 'epoch' }),
      ),
  ],
  [
    'a page of history with a hole',
    'bad-page',
    (sample) =>
      sample.did(
        BOB,
        'chat.history',
        { room: ROOM, since: 0 },
        { room: ROOM, epoch: 1, first: 1, head: 4, more: true, messages: [message(1, 'better'), message(3)] },
      ),
  ],
  [
    'a page of history that says it is the last and is not',
    'bad-page',
    (sample) =>
      sample.did(
        BOB,
        'chat.history',
        { room: ROOM, since: 0 },
        { room: ROOM, epoch: 1, first: 1, head: 4, more: false, messages: [message(1, 'better')] },
      ),
  ],
  ['a device with a hole', 'shown-differs', (sample) => show(sample, logOf(sample).toSpliced(1, 1))],
  [
    'a device that shows an entry twice',
    'shown-differs',
    (sample) => show(sample, logOf(sample).toSpliced(1, 0, message(1))),
  ],
  [
    'a device that shows an outdated body',
    'shown-differs',
    (sample) => show(sample, logOf(sample).with(0, message(1))),
  ],
  [
    'a device that stopped before the end',
    'shown-differs',
    (sample) => show(sample, logOf(sample).slice(0, 3), 3),
  ],
  ['a pushed marker that goes back', 'marker-back', (sample) => sample.marked(BOB_AGAIN, 1)],
  [
    'a marker that is gone when asked for',
    'marker-back',
    (sample) =>
      sample.did(BOB, 'chat.join', { room: ROOM }, joinReply(logOf(sample), 4, { read: 1, unread: 2 })),
  ],
  [
    'a marker that did not move as far as it was answered',
    'marker-back',
    (sample) => sample.did(TABLET, 'chat.read', { room: ROOM, seq: 3 }, { room: ROOM, read: 2, unread: 0 }),
  ],
  [
    'a wrong number of unread messages',
    'unread-wrong',
    (sample) =>
      sample.did(BOB, 'chat.join', { room: ROOM }, joinReply(logOf(sample), 4, { read: 2, unread: 2 })),
  ],
];

it.each(faults)('finds %s, as %s', (_fault, kind, spoil) => {
  const sample = correctEvidence();
  spoil(sample);
  expect(check(sample).map((violation) => violation.kind)).toContain(kind);
});

it('has an example of every kind of violation, and explains each', () => {
  expect(new Set(faults.map(([, kind]) => kind))).toEqual(new Set(Object.keys(VIOLATIONS)));
  for (const [, , spoil] of faults) {
    const sample = correctEvidence();
    spoil(sample);
    check(sample).forEach(({ explanation }) => expect(explanation).toMatch(/\d/));
  }
});

function show(sample: SampleEvidence, entries: readonly RoomEntry[], last = 4): void {
  sample.shown[1] = { ...sample.shown[1]!, entries, last };
}
