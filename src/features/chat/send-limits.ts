import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Clock } from '../../ports/clock.port.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { TokenBucket } from '../../transport/ws/token-bucket.js';
import type { Seat } from './seats.js';

const SWEEP_INTERVAL_MS = 60_000;

/** How fast users and rooms may be written to, and slow mode. Of this process alone. */
@Injectable()
export class SendLimits implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly users = new Map<string, TokenBucket>();
  private readonly rooms = new Map<string, TokenBucket>();
  /** When a member may write again in a room with slow mode, by room and user. */
  private readonly slowUntilMs = new Map<string, number>();
  private stop: () => void = () => {};

  constructor(
    private readonly config: AppConfig,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(SWEEP_INTERVAL_MS, () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** The refusal a message gets now; undefined when it may go, and then it counts. */
  refusalOf(user: string, room: string, seat: Seat | undefined): CommandRefused | undefined {
    const nowMs = this.clock.monotonicMs();
    const slowKey = `${room}\n${user}`;
    const slowUntilMs = this.slowUntilMs.get(slowKey) ?? 0;
    const isSlow = seat !== undefined && seat.slowModeSeconds > 0 && !isExempt(seat);
    if (isSlow && slowUntilMs > nowMs) {
      return new CommandRefused('slow_mode', { retryAfterMs: Math.ceil(slowUntilMs - nowMs) });
    }
    const { chatPerSecond, chatPerRoomPerSecond } = this.config.limits;
    const refusal =
      take(this.users, user, chatPerSecond, nowMs) ?? take(this.rooms, room, chatPerRoomPerSecond, nowMs);
    if (refusal === undefined && isSlow) {
      this.slowUntilMs.set(slowKey, nowMs + seat.slowModeSeconds * 1000);
    }
    return refusal;
  }

  /** The message was not stored after all: its sender need not wait for the next. */
  giveBack(user: string, room: string): void {
    this.slowUntilMs.delete(`${room}\n${user}`);
  }

  /** Forgets who has been quiet for long enough to have a full bucket again. */
  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const buckets of [this.users, this.rooms]) {
      for (const [key, bucket] of buckets) {
        if (bucket.isFull(nowMs)) {
          buckets.delete(key);
        }
      }
    }
    for (const [key, untilMs] of this.slowUntilMs) {
      if (untilMs <= nowMs) {
        this.slowUntilMs.delete(key);
      }
    }
  }
}

const isExempt = ({ role }: Seat): boolean => role === 'owner' || role === 'moderator';

function take(
  buckets: Map<string, TokenBucket>,
  key: string,
  ratePerSecond: number,
  nowMs: number,
): CommandRefused | undefined {
  if (ratePerSecond === 0) {
    return undefined;
  }
  let bucket = buckets.get(key);
  if (bucket === undefined) {
    bucket = new TokenBucket(ratePerSecond, nowMs);
    buckets.set(key, bucket);
  }
  return bucket.take(nowMs)
    ? undefined
    : new CommandRefused('rate_limited', { retryAfterMs: bucket.retryAfterMs });
}
