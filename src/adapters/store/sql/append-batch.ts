import type { ChatMessage } from '../../../protocol/chat.js';
import type { AppendOutcome, NewMessage } from '../../../ports/message-store.port.js';
import type { Member, Room } from '../../../ports/room-store.port.js';
import { answerToRepeat, type EarlierSend } from './earlier-sends.js';
import { fingerprintOf, sendKey } from './send-key.js';

/** A message that takes the next place of its room, with what is written beside it. */
export interface StoredMessage {
  readonly message: ChatMessage;
  readonly key: string;
  readonly fingerprint: string;
  /** When a hook is due; undefined: none. */
  readonly hookAt: number | undefined;
}

/** What the store knows about a batch, read inside its transaction. */
export interface BatchState {
  readonly rooms: ReadonlyMap<string, Room>;
  /** By `memberKey`. */
  readonly members: ReadonlyMap<string, Member>;
  /** By `sendKey`. */
  readonly sends: ReadonlyMap<string, EarlierSend>;
}

export const memberKey = (room: string, user: string): string => `${room}\n${user}`;

/** Decides what becomes of each message of a batch, in its order. Only a stored message takes a `seq`. */
export class AppendBatch {
  readonly stored: StoredMessage[] = [];
  /** The new head of every room that got a message. */
  readonly heads = new Map<string, number>();

  private readonly sends: Map<string, EarlierSend>;

  constructor(private readonly state: BatchState) {
    this.sends = new Map(state.sends);
  }

  decide(message: NewMessage): AppendOutcome {
    const key = sendKey(message.room, message.from, message.clientMsgId);
    const fingerprint = fingerprintOf(message);
    const earlier = this.sends.get(key);
    // Before any right is checked: the retry of a user muted since gets the answer of the first send.
    if (earlier !== undefined) {
      return answerToRepeat(earlier, fingerprint);
    }
    const room = this.state.rooms.get(message.room);
    if (room === undefined || !mayReach(room, message)) {
      return { outcome: 'forbidden' };
    }
    return this.refusalOf(message) ?? this.store(message, room, key, fingerprint);
  }

  private refusalOf(message: NewMessage): AppendOutcome | undefined {
    if (message.isSystem) {
      return undefined;
    }
    const member = this.state.members.get(memberKey(message.room, message.from));
    if (member === undefined || !member.isActive || member.role === 'reader') {
      return { outcome: 'forbidden' };
    }
    const { mutedUntil } = member;
    return mutedUntil !== undefined && mutedUntil > message.time
      ? { outcome: 'muted', until: mutedUntil === Infinity ? undefined : mutedUntil }
      : undefined;
  }

  private store(message: NewMessage, room: Room, key: string, fingerprint: string): AppendOutcome {
    const seq = (this.heads.get(room.id) ?? room.head) + 1;
    const stored: ChatMessage = {
      type: 'message',
      room: room.id,
      seq,
      id: message.id,
      from: message.from,
      clientMsgId: message.clientMsgId,
      time: message.time,
      ...(message.to !== undefined && { to: message.to }),
      body: message.body,
      ...(message.meta !== undefined && { meta: message.meta }),
    };
    this.heads.set(room.id, seq);
    this.sends.set(key, { fingerprint, message: stored });
    const hookAt = room.kind === 'public' ? undefined : message.notifyAt;
    this.stored.push({ message: stored, key, fingerprint, hookAt });
    return { outcome: 'stored', message: stored };
  }
}

/** A direct message goes to the direct room of exactly these two. */
function mayReach(room: Room, { from, to }: NewMessage): boolean {
  if (to === undefined) {
    return true;
  }
  const [one, two] = room.peers ?? [];
  return (one === from && two === to) || (one === to && two === from);
}
