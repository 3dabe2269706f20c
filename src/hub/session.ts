import { CLOSE_REASONS, type CloseReason } from '../protocol/close-codes.js';
import type { Codec } from '../protocol/codec.js';
import type { CommandId } from '../protocol/envelope.js';
import type { Principal } from '../protocol/principal.js';
import type { PushMap } from '../protocol/pushes.js';
import { replyErrorData, type ReplyErrorCode, type ReplyErrorExtras } from '../protocol/reply-errors.js';
import { type Delivery, drop } from './delivery.js';
import { MergeLane } from './merge-lane.js';
import { Outbox } from './outbox.js';
import type { Writer } from './writer.js';

/** What empties outboxes, as a session needs it. */
export interface SessionFlusher {
  readonly maxQueueBytes: number;
  schedule(session: Session): void;
  flush(session: Session): void;
  /** Flushes a session that is scheduled ahead of the others. */
  hurry(session: Session): void;
  /** The last flush: also to a receiver that is behind. */
  finish(session: Session): void;
}

/** Who keeps the sessions. */
export interface SessionOwner {
  addQueueBytes(bytes: number): void;
  /** The session says goodbye: it takes part in nothing any more, although its connection still ends. */
  withdraw(session: Session): void;
}

/** A connection that joins none pays for no set. */
const NO_CHANNELS: ReadonlySet<string> = new Set();

/** One live connection. A user may have many; it has no principal until a token proved one. */
export class Session {
  principal: Principal | undefined = undefined;
  isFlushScheduled = false;
  isClosed = false;
  readonly outbox = new Outbox();
  readonly lane = new MergeLane();
  /** What the transport keeps of its connection; nobody else looks inside. */
  attachment: unknown = undefined;
  /** When the principal came, epoch milliseconds; 0 while there is none. */
  authenticatedAtMs = 0;
  /** Names the device among those of the user; a connection that names none is a device of its own. */
  deviceId: string;

  private followUp: (() => void) | undefined = undefined;
  private joined: Set<string> | undefined = undefined;

  constructor(
    /** Unguessable; the back office names a connection by it. */
    readonly id: string,
    /** Grows with every session of this node: the order of a paged list. */
    readonly ordinal: number,
    readonly connectedAtMs: number,
    readonly codec: Codec,
    readonly writer: Writer,
    private readonly flusher: SessionFlusher,
    private readonly owner: SessionOwner,
  ) {
    this.deviceId = id;
  }

  /** Its log channels, those that come with the identity excluded. `LogChannels` keeps them. */
  get joinedChannels(): ReadonlySet<string> {
    return this.joined ?? NO_CHANNELS;
  }

  /** Called by `LogChannels` alone, which does the subscribing. */
  noteJoined(channel: string): void {
    this.joined ??= new Set();
    this.joined.add(channel);
  }

  noteLeft(channel: string): void {
    this.joined?.delete(channel);
  }

  push<Event extends keyof PushMap>(event: Event, data: PushMap[Event]): void {
    this.enqueue(this.codec.encodePush(event, data));
  }

  reply(id: CommandId | undefined, data: unknown): void {
    this.enqueue(this.codec.encodeReply(id, data));
    this.flusher.hurry(this);
    this.runFollowUp();
  }

  refuse(id: CommandId | undefined, code: ReplyErrorCode, extras?: ReplyErrorExtras): void {
    this.enqueue(this.codec.encodeError(id, replyErrorData(code, extras)));
    this.flusher.hurry(this);
    this.runFollowUp();
  }

  /**
   * Runs `task` once the command under way has its answer: what follows from a command is seen after its answer. Runs
   * as well when the command fails later on or the connection has ended meanwhile.
   */
  afterReply(task: () => void): void {
    this.followUp = task;
  }

  /** Adds one encoded message to the log lane. A receiver that left too much of it unread is closed as slow. */
  enqueue(frame: Uint8Array, delivery?: Delivery): void {
    if (this.isClosed) {
      return;
    }
    const { outbox } = this;
    if (delivery !== undefined) {
      delivery.waiting += 1;
    }
    if (outbox.logBytes + frame.length > this.flusher.maxQueueBytes && outbox.hasLog) {
      if (!this.writer.isWritable) {
        this.close(CLOSE_REASONS.slowConsumer);
        drop([frame]);
        return;
      }
      // A burst within one turn is no slowness: the receiver was never asked to take it.
      this.flusher.flush(this);
    }
    outbox.addFrame(frame);
    if (delivery !== undefined) {
      outbox.trackedFrames += 1;
    }
    this.owner.addQueueBytes(frame.length);
    this.flusher.schedule(this);
  }

  /** Ends the connection with a word: what waits is still written, except for a reader that is the problem itself. */
  close(reason: CloseReason): void {
    if (this.isClosed) {
      return;
    }
    if (reason !== CLOSE_REASONS.slowConsumer) {
      this.flusher.finish(this);
    }
    this.isClosed = true;
    this.owner.withdraw(this);
    this.writer.close(reason);
  }

  /** Gives back what waits; nothing is accepted afterwards. Called once, when the connection has ended. */
  dispose(): void {
    this.isClosed = true;
    this.owner.addQueueBytes(-this.outbox.logBytes);
    if (this.outbox.trackedFrames > 0) {
      drop(this.outbox.takeFrames());
    }
    this.outbox.clear();
  }

  private runFollowUp(): void {
    const task = this.followUp;
    this.followUp = undefined;
    task?.();
  }
}
