import type { ChatMessage, JoinReply, RoomEntry } from '../../src/protocol/chat.js';
import type { CommandMap } from '../../src/protocol/commands.js';
import type { Evidence, ShownRoom } from './evidence.js';
import type { Ending, EntryPush, MarkerPush, Operation, RecordedName, SessionName } from './history.js';

/** A history made by hand, step by step. It starts as a correct one; specs change it where it is to be wrong. */
export class SampleEvidence implements Evidence {
  readonly operations: Operation[] = [];
  readonly pushes: EntryPush[] = [];
  readonly markers: MarkerPush[] = [];
  readonly shown: ShownRoom[] = [];
  readonly logs = new Map<string, RoomEntry[]>();
  stored: ReadonlyMap<string, readonly RoomEntry[]> = this.logs;
  quietAt = Infinity;
  readonly maxRecovery = 10;
  private time = 0;

  /** A command that begins now and ends now, unless it is ended later. */
  did<Name extends RecordedName>(
    session: SessionName,
    event: Name,
    data: CommandMap[Name]['data'],
    ending: CommandMap[Name]['reply'] | 'info' | 'fail',
  ): void {
    const invokedAt = this.tick();
    const at = this.tick();
    const end: Ending<CommandMap[Name]['reply']> =
      ending === 'info'
        ? { outcome: 'info', at, why: 'connection ended' }
        : ending === 'fail'
          ? { outcome: 'fail', at, code: 'forbidden' }
          : { outcome: 'ok', at, reply: ending };
    this.operations.push({ session, event, data, invokedAt, ending: end } as unknown as Operation);
  }

  pushed(session: SessionName, ...entries: RoomEntry[]): void {
    entries.forEach((entry) => this.pushes.push({ at: this.tick(), session, entry }));
  }

  marked(session: SessionName, read: number): void {
    this.markers.push({ at: this.tick(), session, room: ROOM, read });
  }

  becomeQuiet(): void {
    this.quietAt = this.tick();
  }

  private tick(): number {
    this.time += 1;
    return this.time;
  }
}

export const ROOM = 'lobby';
export const PHONE: SessionName = { device: 'alice.phone', user: 'alice', connection: 1 };
export const TABLET: SessionName = { device: 'alice.tablet', user: 'alice', connection: 1 };
export const BOB: SessionName = { device: 'bob.phone', user: 'bob', connection: 1 };
export const BOB_AGAIN: SessionName = { ...BOB, connection: 2 };

/** The message that alice's phone sent as `m<seq>`. */
export function message(seq: number, body: string | null = `body ${seq}`): ChatMessage {
  return {
    type: 'message',
    room: ROOM,
    seq,
    from: 'alice',
    time: 0,
    id: `id-${seq}`,
    clientMsgId: `m${seq}`,
    body,
  };
}

export const sendData = (seq: number): CommandMap['chat.send']['data'] => ({
  room: ROOM,
  clientMsgId: `m${seq}`,
  body: `body ${seq}`,
});

export const sendReply = (seq: number, duplicate = false): CommandMap['chat.send']['reply'] => ({
  room: ROOM,
  seq,
  id: `id-${seq}`,
  time: 0,
  duplicate,
});

/** What a join answers to a member who has read nothing. */
export function joinReply(
  messages: readonly RoomEntry[],
  head: number,
  change: Partial<JoinReply> = {},
): JoinReply {
  const base = { room: ROOM, kind: 'public', role: 'member', epoch: 1, first: 1, more: false } as const;
  return { ...base, messages, head, recovered: false, read: 0, unread: 0, ...change };
}

/** Alice sends three messages and edits the first; bob gets one push, is away, resumes, reads. Nothing is wrong. */
export function correctEvidence(): SampleEvidence {
  const sample = new SampleEvidence();
  const edit: RoomEntry = {
    type: 'edit',
    room: ROOM,
    seq: 4,
    from: 'alice',
    time: 0,
    target: 1,
    body: 'better',
  };
  const log = [message(1, 'better'), message(2), message(3), edit];
  sample.logs.set(ROOM, log);
  sample.did(PHONE, 'chat.join', { room: ROOM }, joinReply([], 0));
  sample.did(BOB, 'chat.join', { room: ROOM }, joinReply([], 0));
  sample.did(PHONE, 'chat.send', sendData(1), sendReply(1));
  sample.pushed(BOB, message(1));
  sample.did(PHONE, 'chat.send', sendData(2), 'info');
  sample.did(PHONE, 'chat.send', sendData(2), sendReply(2, true));
  sample.did(PHONE, 'chat.send', sendData(3), sendReply(3));
  sample.did(
    BOB_AGAIN,
    'chat.join',
    { room: ROOM, since: 1, epoch: 1 },
    joinReply([message(2), message(3)], 3, { recovered: true, unread: 3 }),
  );
  sample.did(PHONE, 'chat.edit', { room: ROOM, target: 1, body: 'better' }, { room: ROOM, seq: 4 });
  sample.pushed(BOB_AGAIN, edit);
  sample.did(BOB_AGAIN, 'chat.read', { room: ROOM, seq: 2 }, { room: ROOM, read: 2, unread: 1 });
  sample.marked(BOB_AGAIN, 2);
  sample.becomeQuiet();
  sample.did(
    BOB_AGAIN,
    'chat.join',
    { room: ROOM, since: 4, epoch: 1 },
    joinReply([], 4, { recovered: true, read: 2, unread: 1 }),
  );
  sample.shown.push(
    { device: 'alice.phone', user: 'alice', room: ROOM, entries: log, last: 4 },
    { device: 'bob.phone', user: 'bob', room: ROOM, entries: [...log], last: 4 },
  );
  return sample;
}
