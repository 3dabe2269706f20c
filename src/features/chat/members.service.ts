import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { LogChannels } from '../../hub/log-channels.js';
import type { Session } from '../../hub/session.js';
import { Clock } from '../../ports/clock.port.js';
import { type Member, type MemberChange, RoomStore } from '../../ports/room-store.port.js';
import { chatChannel } from '../../protocol/channel.js';
import type { MemberAction, MemberEvent, Role } from '../../protocol/chat.js';
import type { PushMap } from '../../protocol/pushes.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { RoomFeed } from './room-feed.js';
import { Seats } from './seats.js';
import { TypingService } from './typing.service.js';

/** What is to happen to a member. `forSeconds` bounds a mute or ban; absent: until lifted. */
export interface MemberOrder {
  readonly room: string;
  readonly user: string;
  readonly action: MemberAction;
  readonly role?: Role | undefined;
  readonly forSeconds?: number | undefined;
  readonly reason?: string | undefined;
}

/** What was logged, null when nothing had to change, and the member as it is now. */
export interface MemberChanged {
  readonly event: MemberEvent | null;
  readonly member: Member;
}

/** Ends of a membership, and what the user's live connections are told. */
const EVICTIONS: Partial<Record<MemberAction, PushMap['chat.left']['reason']>> = {
  kicked: 'kicked',
  banned: 'banned',
  removed: 'removed',
  left: 'removed',
};

/** Who belongs to a room, and what moderators do to them: stored, logged in the room, and at once on live sockets. */
@Injectable()
export class MembersService {
  constructor(
    private readonly config: AppConfig,
    private readonly rooms: RoomStore,
    private readonly feed: RoomFeed,
    private readonly seats: Seats,
    private readonly logs: LogChannels,
    private readonly typing: TypingService,
    private readonly clock: Clock,
  ) {}

  /** A member of the room acts, within their role. Refused like an unknown room when it is not theirs to do. */
  async moderate(session: Session, order: MemberOrder): Promise<MemberChanged> {
    const by = session.principal!.userId;
    return await this.change(order, by, true);
  }

  /** The back office acts: every right, the same effects. Undefined: no such room, or no such member. */
  async administer(order: MemberOrder, by: string): Promise<MemberChanged | undefined> {
    return await this.tryChange(order, by, false);
  }

  /** The user gives up the membership. */
  async quit(session: Session, room: string): Promise<void> {
    const user = session.principal!.userId;
    await this.change({ room, user, action: 'left' }, user, false);
  }

  /** Ends this connection's part in the room; the membership stays. */
  leave(session: Session, room: string): void {
    this.typing.stop(session, room);
    this.logs.leave(chatChannel(room), session);
    this.seats.leave(session, room);
  }

  /** The room is gone: nobody sits in it any more. */
  closeRoom(room: string): void {
    for (const session of this.seats.sessionsIn(room)) {
      this.evict(session, room, 'closed');
    }
  }

  private async change(order: MemberOrder, by: string, checkRights: boolean): Promise<MemberChanged> {
    const changed = await this.tryChange(order, by, checkRights);
    if (changed === undefined) {
      throw new CommandRefused('forbidden');
    }
    return changed;
  }

  private async tryChange(
    order: MemberOrder,
    by: string,
    checkRights: boolean,
  ): Promise<MemberChanged | undefined> {
    const outcome = await this.rooms.changeMember(this.changeOf(order, by, checkRights));
    switch (outcome.outcome) {
      case 'changed':
        this.feed.publish(outcome.event);
        this.apply(order, outcome.member);
        return outcome;
      case 'unchanged':
        return { event: null, member: outcome.member };
      case 'full':
        throw new CommandRefused('limit_exceeded');
      case 'refused':
        throw new CommandRefused('forbidden');
      default:
        return undefined;
    }
  }

  private changeOf(
    { room, user, action, role, forSeconds, reason }: MemberOrder,
    by: string,
    checkRights: boolean,
  ): MemberChange {
    const time = this.clock.epochMs();
    return {
      room,
      user,
      action,
      by,
      checkRights,
      time,
      maxMembers: this.config.limits.roomMembers,
      ...(role !== undefined && { role }),
      ...(forSeconds !== undefined && { until: time + forSeconds * 1000 }),
      ...(reason !== undefined && { reason }),
    };
  }

  private apply({ room, user, action }: MemberOrder, { role }: Member): void {
    const eviction = EVICTIONS[action];
    if (eviction === undefined) {
      this.seats.change(room, { role }, user);
      return;
    }
    for (const session of this.seats.sessionsOf(user, room)) {
      this.evict(session, room, eviction);
    }
  }

  private evict(session: Session, room: string, reason: PushMap['chat.left']['reason']): void {
    this.leave(session, room);
    session.push('chat.left', { room, reason });
  }
}
