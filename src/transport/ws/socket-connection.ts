import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Session } from '../../hub/session.js';
import type { DecodeFault } from '../../protocol/codec.js';
import type { Command, CommandId } from '../../protocol/envelope.js';
import type { ConnectionPlace } from './connection-limits.js';
import { StrikeCounter } from './strike-counter.js';
import type { SocketWriter } from './socket-writer.js';
import type { TokenBucket } from './token-bucket.js';

/** A handler of Nest, bound to its session: the reply's data, as a promise or an Observable of it. */
export type CommandHandler = (data: unknown, event: string) => unknown;

/** A message over the rate. */
export interface RateExcess {
  readonly retryAfterMs: number;
  readonly id: CommandId | undefined;
}

/** One message in the queue: refusals wait their turn too, so that answers leave in the order of their messages. */
export type Inbound = Command | DecodeFault | RateExcess;

/** The 5th message that is no envelope closes the connection. */
const MAX_BAD_MESSAGES = 5;
/** The 20th refusal for rate within ten seconds closes it. */
const MAX_RATE_REFUSALS = 20;

/** What the transport knows of one WebSocket beside its session: what came in, and since when. Times are monotonic. */
export class SocketConnection {
  /** Nest has bound its handlers. */
  isBound = false;
  /** What waits for the command under way. */
  readonly queue: Inbound[] = [];
  isRunning = false;
  isPaused = false;

  lastInboundMs: number;
  pingedAtMs = 0;
  unfinishedSinceMs = 0;
  unsentBytes = 0;
  unsentSinceMs = 0;
  /** Code of the error `ws` met in the peer's frames. */
  protocolErrorCode: string | undefined = undefined;

  /** Until when the first message must have authenticated it. */
  authDeadlineMs = 0;
  warnAtMs = Infinity;
  expiresAtMs = Infinity;

  private handlers: Map<string, CommandHandler> | undefined = undefined;
  private ownBadMessages: StrikeCounter | undefined = undefined;
  private ownRateRefusals: StrikeCounter | undefined = undefined;

  constructor(
    readonly session: Session,
    readonly webSocket: WebSocket,
    readonly socket: Socket,
    readonly writer: SocketWriter,
    readonly place: ConnectionPlace,
    readonly bucket: TokenBucket,
    /** The client may only listen. */
    readonly isPushOnly: boolean,
    nowMs: number,
  ) {
    this.lastInboundMs = nowMs;
    session.attachment = this;
  }

  /** Nest's handlers by command, bound to the session. */
  get commands(): Map<string, CommandHandler> {
    this.handlers ??= new Map();
    return this.handlers;
  }

  // Made for those who offend: an upgrade pays for neither.
  get badMessages(): StrikeCounter {
    return (this.ownBadMessages ??= new StrikeCounter(MAX_BAD_MESSAGES));
  }

  get rateRefusals(): StrikeCounter {
    return (this.ownRateRefusals ??= new StrikeCounter(MAX_RATE_REFUSALS));
  }

  /** Whether the session's client may only listen; false for sessions of another transport. */
  static isPushOnly(session: Session): boolean {
    return connectionOf(session)?.isPushOnly ?? false;
  }

  /** The connection that carries a session of this transport. */
  static of(session: Session): SocketConnection {
    const connection = connectionOf(session);
    if (connection === undefined) {
      throw new Error('The session is carried by another transport');
    }
    return connection;
  }
}

function connectionOf({ attachment }: Session): SocketConnection | undefined {
  return attachment instanceof SocketConnection ? attachment : undefined;
}
