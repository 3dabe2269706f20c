import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { LogChannels } from '../../hub/log-channels.js';
import { LogOrder } from '../../hub/log-order.js';
import type { LogSubscription } from '../../hub/log-subscription.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { type Member, type Room, RoomStore } from '../../ports/room-store.port.js';
import { chatChannel } from '../../protocol/channel.js';
import type { JoinReply } from '../../protocol/chat.js';
import type { RoomOrPeer } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { directRoomWith, isDirectRoomId } from './direct-room.js';
import { HistoryService, type ResumePoint } from './history.service.js';
import { RoomPresence } from './room-presence.js';
import { type Seat, Seats } from './seats.js';
import { SendLimits } from './send-limits.js';

/** History reads of one join before it is put off: each was overtaken by what was published meanwhile. */
const MAX_READS = 3;

/** Joins rooms: the history up to now and everything after it, without a hole and without a message twice. */
@Injectable()
export class JoinsService {
  constructor(
    private readonly config: AppConfig,
    private readonly rooms: RoomStore,
    private readonly history: HistoryService,
    private readonly logs: LogChannels,
    private readonly order: LogOrder,
    private readonly seats: Seats,
    private readonly presence: RoomPresence,
    private readonly sends: SendLimits,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  async join(session: Session, { room, to }: RoomOrPeer, resume: ResumePoint): Promise<JoinReply> {
    const user = session.principal!.userId;
    const id = to === undefined ? room! : directRoomWith(user, to);
    const seat = this.seats.find(session, id);
    this.checkLimits(session, id, seat, to !== undefined);
    const channel = chatChannel(id);
    // Before the history is read: what is published meanwhile comes after it, once.
    const subscription = this.logs.attach(channel, session, isDirectRoomId(id));
    try {
      if (to !== undefined) {
        await this.rooms.openDirect(id, [user, to], this.clock.epochMs());
      }
      const reply = await this.enter(session, id, resume, subscription);
      this.order.follow(channel, reply.head);
      session.afterReply(() => {
        subscription.release(reply.head);
        this.presence.joined(session, id);
      });
      return reply;
    } catch (error) {
      this.giveUp(session, id, seat, subscription, error);
      throw error;
    }
  }

  private checkLimits(session: Session, id: string, seat: Seat | undefined, isOpening: boolean): void {
    const { rooms } = this.config.limits;
    if (seat === undefined && rooms > 0 && this.seats.countOf(session) >= rooms) {
      throw new CommandRefused('limit_exceeded');
    }
    // Naming a user makes a room: no faster than writing to one would.
    const refusal = isOpening ? this.sends.refusalOf(session.principal!.userId, id, undefined) : undefined;
    if (refusal !== undefined) {
      throw refusal;
    }
  }

  /** A room that was joined before stays joined, unless the answer was no. */
  private giveUp(
    session: Session,
    id: string,
    seat: Seat | undefined,
    subscription: LogSubscription,
    error: unknown,
  ): void {
    const isForbidden = error instanceof CommandRefused && error.code === 'forbidden';
    if (isForbidden) {
      subscription.end();
      this.seats.leave(session, id);
    } else if (this.seats.find(session, id) !== undefined && seat !== undefined) {
      this.seats.take(session, seat);
      subscription.cancel();
    } else {
      this.seats.leave(session, id);
      subscription.cancel();
    }
  }

  private async enter(
    session: Session,
    id: string,
    resume: ResumePoint,
    subscription: LogSubscription,
  ): Promise<JoinReply> {
    // Before the membership is read, so that a kick meanwhile finds somebody to unseat.
    this.seats.take(session, {
      room: id,
      kind: 'private',
      role: 'reader',
      slowModeSeconds: 0,
      isPending: true,
    });
    const entered = await this.rooms.enter(id, session.principal!.userId, {
      time: this.clock.epochMs(),
      maxMembers: this.config.limits.roomMembers,
    });
    if (entered === 'full') {
      throw new CommandRefused('limit_exceeded');
    }
    if (entered === undefined || this.seats.find(session, id) === undefined) {
      throw new CommandRefused('forbidden');
    }
    const { room, member, unread } = entered;
    this.seats.take(session, {
      room: id,
      kind: room.kind,
      role: member.role,
      slowModeSeconds: room.slowModeSeconds,
    });
    const recovery = await this.read(room, resume, subscription);
    if (this.seats.find(session, id) === undefined) {
      throw new CommandRefused('forbidden');
    }
    return {
      ...describe(session, room, member),
      unread,
      ...recovery,
      ...this.presence.membersFor(session, id),
    };
  }

  private async read(
    room: Room,
    resume: ResumePoint,
    subscription: LogSubscription,
  ): ReturnType<HistoryService['resume']> {
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const recovery = await this.history.resume(room, resume);
      if (subscription.follows(recovery.head)) {
        if (resume.since !== undefined) {
          this.metrics.chatResumes.inc({ result: recovery.recovered ? 'recovered' : recovery.reason! });
        }
        return recovery;
      }
      subscription.retry();
    }
    throw new CommandRefused('unavailable');
  }
}

function describe(
  session: Session,
  room: Room,
  member: Member,
): Pick<JoinReply, 'room' | 'kind' | 'role' | 'read'> & Partial<JoinReply> {
  const peer = room.peers?.find((user) => user !== session.principal!.userId);
  return {
    room: room.id,
    kind: room.kind,
    ...(room.title !== undefined && { title: room.title }),
    ...(peer !== undefined && { peer }),
    role: member.role,
    read: member.read,
    ...(member.mutedUntil !== undefined && {
      mutedUntil: Math.min(member.mutedUntil, Number.MAX_SAFE_INTEGER),
    }),
    ...(room.slowModeSeconds > 0 && { slowModeSeconds: room.slowModeSeconds }),
  };
}
