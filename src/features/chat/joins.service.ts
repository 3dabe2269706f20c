import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import type { Attachment } from '../../hub/attachment.js';
import { LogChannels } from '../../hub/log-channels.js';
import { LogOrder } from '../../hub/log-order.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { type Member, type Room, RoomStore } from '../../ports/room-store.port.js';
import { chatChannel } from '../../protocol/channel.js';
import type { JoinReply } from '../../protocol/chat.js';
import type { RoomOrPeer } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { directRoomWith } from './direct-room.js';
import { HistoryService, type ResumePoint } from './history.service.js';
import { RoomPresence } from './room-presence.js';
import { Seats } from './seats.js';

/** History reads of one join before it is put off: each was overtaken by more messages than are held. */
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
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  async join(session: Session, { room, to }: RoomOrPeer, resume: ResumePoint): Promise<JoinReply> {
    const id = to === undefined ? room! : await this.openDirect(session.principal!.userId, to);
    const { rooms: maxRooms } = this.config.limits;
    const isSeated = this.seats.find(session, id) !== undefined;
    if (!isSeated && maxRooms > 0 && this.seats.countOf(session) >= maxRooms) {
      throw new CommandRefused('limit_exceeded');
    }
    const channel = chatChannel(id);
    // Joining again reads the history again: what is published meanwhile comes after it, once.
    this.logs.leave(channel, session);
    const attachment = this.logs.attach(channel, session);
    try {
      const reply = await this.enter(session, id, resume, attachment);
      this.order.follow(channel, reply.head);
      session.afterReply(() => {
        attachment.release(reply.head);
        this.presence.joined(session, id);
      });
      return reply;
    } catch (error) {
      attachment.cancel();
      this.seats.leave(session, id);
      throw error;
    }
  }

  private async enter(
    session: Session,
    id: string,
    resume: ResumePoint,
    attachment: Attachment,
  ): Promise<JoinReply> {
    // Before the membership is read, so that a kick meanwhile finds somebody to unseat.
    this.seats.take(session, { room: id, kind: 'private', role: 'reader', slowModeSeconds: 0 });
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
    const recovery = await this.read(room, resume, attachment);
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
    attachment: Attachment,
  ): ReturnType<HistoryService['resume']> {
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const recovery = await this.history.resume(room, resume);
      if (!attachment.hasOverflowed) {
        if (resume.since !== undefined) {
          this.metrics.chatResumes.inc({ result: recovery.recovered ? 'recovered' : recovery.reason! });
        }
        return recovery;
      }
      attachment.restart();
    }
    throw new CommandRefused('unavailable');
  }

  private async openDirect(user: string, to: string): Promise<string> {
    const room = await this.rooms.openDirect(directRoomWith(user, to), [user, to], this.clock.epochMs());
    return room.id;
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
