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
import { RoomPresence } from './room-presence.js';
import { type Seat, Seats } from './seats.js';
import { SendLimits } from './send-limits.js';
import { TypingService } from './typing.service.js';
import { UnsettledChanges } from './unsettled-changes.js';

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
    private readonly unsettled: UnsettledChanges,
    private readonly seats: Seats,
    private readonly logs: LogChannels,
    private readonly limits: SendLimits,
    private readonly typing: TypingService,
    private readonly presence: RoomPresence,
    private readonly clock: Clock,
  ) {}

  /** A member of the room acts, within their role. Refused like an unknown room when it is not theirs to do. */
  async moderate(session: Session, order: MemberOrder): Promise<MemberChanged> {
    const changed = await this.tryChange(order, session.principal!.userId, true);
    if (changed === undefined) {
      throw new CommandRefused('forbidden');
    }
    return this.announce(changed, session);
  }

  /** The back office acts: every right, the same effects. Undefined: no such room, or no such member. */
  async administer(order: MemberOrder, by: string): Promise<MemberChanged | undefined> {
    const changed = await this.tryChange(order, by, false);
    return changed && this.announce(changed);
  }

  /** The user gives up the membership, on all devices. */
  async quit(session: Session, room: string): Promise<void> {
    const user = session.principal!.userId;
    // It is an entry of the room: no faster than messages.
    const refusal = this.limits.refusalOf(user, room, undefined);
    if (refusal !== undefined) {
      throw refusal;
    }
    const changed = await this.tryChange({ room, user, action: 'left' }, user, false);
    if (changed === undefined) {
      throw new CommandRefused('forbidden');
    }
    this.announce(changed, session);
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

  /** The room hears of it, after the answer to who did it. */
  private announce(changed: MemberChanged, session?: Session): MemberChanged {
    const { event } = changed;
    if (event !== null && session !== undefined) {
      session.afterReply(() => this.feed.publish(event));
    } else if (event !== null) {
      this.feed.publish(event);
    }
    return changed;
  }

  private async tryChange(
    order: MemberOrder,
    by: string,
    checkRights: boolean,
  ): Promise<MemberChanged | undefined> {
    const change = this.changeOf(order, by, checkRights);
    const { room, user, action, time } = change;
    const outcome = await this.unsettled.watch(
      {
        room,
        isIt: (entry) =>
          entry.type === 'member' &&
          entry.user === user &&
          entry.action === action &&
          entry.from === by &&
          entry.time === time,
        apply: () => this.applyStored(order),
      },
      () => this.rooms.changeMember(change),
    );
    switch (outcome.outcome) {
      case 'changed':
        this.apply(order, outcome.member);
        return outcome;
      case 'unchanged':
        // It may have been stored by an attempt that got no answer, and then nobody was unseated.
        this.apply(order, outcome.member);
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

  /** The change got no answer. Who has been let in again since then keeps the new seat. */
  private async applyStored(order: MemberOrder): Promise<void> {
    const { room, user } = order;
    const seats = this.seats.sessionsOf(user, room).map((session) => this.seats.find(session, room)!);
    const member = await this.rooms.member(room, user);
    if (member !== undefined) {
      this.apply(order, member, (seat) => seats.includes(seat));
    }
  }

  private apply(
    { room, user, action }: MemberOrder,
    { role, isActive }: Member,
    isConcerned: (seat: Seat) => boolean = () => true,
  ): void {
    const eviction = EVICTIONS[action];
    if (eviction === undefined || isActive) {
      this.seats.change(room, { role }, user);
      return;
    }
    for (const session of this.seats.sessionsOf(user, room)) {
      if (isConcerned(this.seats.find(session, room)!)) {
        this.evict(session, room, eviction);
      }
    }
  }

  private evict(session: Session, room: string, reason: PushMap['chat.left']['reason']): void {
    const isPending = this.seats.find(session, room)?.isPending === true;
    this.leave(session, room);
    void this.presence.revoke(session);
    // Its join is refused: it was never in.
    if (!isPending) {
      session.push('chat.left', { room, reason });
    }
  }
}
