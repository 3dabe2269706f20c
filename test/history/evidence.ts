import type { RoomEntry } from '../../src/protocol/chat.js';
import type { EntryPush, MarkerPush, Operation } from './history.js';

/** What a device shows of a room at the end, oldest first; bodies have their edits and deletions applied. */
export interface ShownRoom {
  readonly device: string;
  readonly user: string;
  readonly room: string;
  readonly entries: readonly RoomEntry[];
  /** The newest `seq` the device believes it has everything up to. */
  readonly last: number;
}

/** All that is known after a run. */
export interface Evidence {
  readonly operations: readonly Operation[];
  readonly pushes: readonly EntryPush[];
  readonly markers: readonly MarkerPush[];
  /** From here on nobody wrote. */
  readonly quietAt: number;
  readonly shown: readonly ShownRoom[];
  /** The final log of every room, read by paging. */
  readonly logs: ReadonlyMap<string, readonly RoomEntry[]>;
  /** The same, read from the database without the gateway. */
  readonly stored: ReadonlyMap<string, readonly RoomEntry[]>;
  /** CHAT_MAX_RECOVERY_MESSAGES. */
  readonly maxRecovery: number;
}

/** What can be wrong, and what it means. */
export const VIOLATIONS = {
  'log-hole': 'The numbers of a log are not 1, 2, 3.',
  'duplicate-row': 'One `clientMsgId` has two rows.',
  'store-differs': 'What history pages say and what the database holds are not the same.',
  phantom: 'Something is stored or was shown that nobody asked for, was refused, or is not in the log.',
  'wrong-body': 'The body of a message is not what its sender and its edits make of it.',
  'lost-ack': 'An acknowledged command is not in the log.',
  'changed-ack': 'A repeated send got another answer than the first one.',
  'wrong-order': 'A message that was sent after the acknowledgement of another stands before it.',
  'push-order': 'Pushes of a room went back or came twice.',
  'missed-push': 'A push came before one that precedes it.',
  'bad-page': 'A page of history, or a join, is not the stretch it says it is.',
  'stale-page': 'A page does not know what was acknowledged before it was asked for.',
  'shown-differs': 'A device shows something else than the log, or not all of it.',
  'marker-back': 'A read marker went back, or an acknowledged one is gone.',
  'unread-wrong': 'The unread count is not the number of unread messages.',
} as const;

export type ViolationKind = keyof typeof VIOLATIONS;

export interface Violation {
  readonly kind: ViolationKind;
  readonly explanation: string;
}

/** Where an entry stands and who made it: what never changes about it. */
export function identityOf(entry: RoomEntry): string {
  const { room, seq, from, type } = entry;
  const base = `${room} ${seq} ${type} by ${from}`;
  switch (entry.type) {
    case 'message':
      return `${base} id ${entry.id} clientMsgId ${entry.clientMsgId} to ${entry.to ?? 'all'}`;
    case 'edit':
    case 'deletion':
      return `${base} of ${entry.target}`;
    default:
      return `${base}: ${entry.user} ${entry.action} ${entry.role ?? ''}`;
  }
}

/** The body of a message or an edit as the entry has it. */
export const bodyOf = (entry: RoomEntry): string | null | undefined =>
  entry.type === 'message' || entry.type === 'edit' ? entry.body : undefined;
