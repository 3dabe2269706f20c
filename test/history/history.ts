import type { RoomEntry } from '../../src/protocol/chat.js';
import type { CommandMap } from '../../src/protocol/commands.js';
import type { ReplyErrorCode } from '../../src/protocol/reply-errors.js';

/** The commands a history is about. */
export type RecordedName =
  'chat.send' | 'chat.edit' | 'chat.delete' | 'chat.read' | 'chat.join' | 'chat.history' | 'chat.rooms';

/** One connection of one device of a user. Every reconnection is a new session. */
export interface SessionName {
  readonly device: string;
  readonly user: string;
  /** Counts the connections of the device, from 1. */
  readonly connection: number;
}

/** `info`: whether it happened is unknown, since the connection ended or the server could not tell. */
export type Ending<Reply> =
  | { readonly outcome: 'ok'; readonly at: number; readonly reply: Reply }
  | { readonly outcome: 'fail'; readonly at: number; readonly code: ReplyErrorCode }
  | { readonly outcome: 'info'; readonly at: number; readonly why: string };

/** A command from its sending to what is known of its end. */
export interface OperationOf<Name extends RecordedName> {
  readonly event: Name;
  readonly data: CommandMap[Name]['data'];
  readonly session: SessionName;
  readonly invokedAt: number;
  ending?: Ending<CommandMap[Name]['reply']>;
}

export type Operation = { [Name in RecordedName]: OperationOf<Name> }[RecordedName];

/** An entry that was pushed to a session. */
export interface EntryPush {
  readonly at: number;
  readonly session: SessionName;
  readonly entry: RoomEntry;
}

/** A read marker that was pushed to a session. */
export interface MarkerPush {
  readonly at: number;
  readonly session: SessionName;
  readonly room: string;
  readonly read: number;
}

/** What every client did and saw, on one clock. Times are milliseconds; no two are equal and none goes back. */
export class History {
  readonly operations: Operation[] = [];
  readonly pushes: EntryPush[] = [];
  readonly markers: MarkerPush[] = [];
  /** What was done to the server and the network, for the reader of a failure. */
  readonly faults: { readonly at: number; readonly what: string }[] = [];
  /** From here on nobody writes. */
  quietAt = Infinity;
  private last = 0;

  now(): number {
    this.last = Math.max(performance.now(), this.last + 0.001);
    return this.last;
  }

  invoke<Name extends RecordedName>(
    session: SessionName,
    event: Name,
    data: CommandMap[Name]['data'],
  ): OperationOf<Name> {
    const operation = { session, event, data, invokedAt: this.now() } as OperationOf<Name>;
    this.operations.push(operation as Operation);
    return operation;
  }

  push(session: SessionName, entry: RoomEntry): void {
    this.pushes.push({ at: this.now(), session, entry });
  }

  marker(session: SessionName, room: string, read: number): void {
    this.markers.push({ at: this.now(), session, room, read });
  }

  fault(what: string): void {
    this.faults.push({ at: this.now(), what });
  }

  becomeQuiet(): void {
    this.quietAt = this.now();
  }
}

/** The operations of one name. */
export function operationsOf<Name extends RecordedName>(
  operations: readonly Operation[],
  event: Name,
): OperationOf<Name>[] {
  return operations.filter((operation) => operation.event === event) as unknown as OperationOf<Name>[];
}

/** The operations of one name that succeeded, with their replies. */
export function repliesOf<Name extends RecordedName>(
  operations: readonly Operation[],
  event: Name,
): { operation: OperationOf<Name>; reply: CommandMap[Name]['reply']; at: number }[] {
  return operationsOf(operations, event).flatMap((operation) =>
    operation.ending?.outcome === 'ok'
      ? [{ operation, reply: operation.ending.reply, at: operation.ending.at }]
      : [],
  );
}

export const sessionKey = ({ device, connection }: SessionName): string => `${device}#${connection}`;
