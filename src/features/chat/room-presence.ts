import { Injectable, Logger } from '@nestjs/common';
import { LogChannels } from '../../hub/log-channels.js';
import { Presence } from '../../hub/presence.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { chatChannel, presenceChannel } from '../../protocol/channel.js';
import type { UserPresence } from '../../protocol/chat.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { Seats } from './seats.js';

/** Connections in a room beyond which nobody is told who comes, goes or types: it costs their square. */
export const CROWD = 200;

/** Users whose presence one connection may watch. */
const MAX_WATCHED = 200;

/** Tells rooms and those who asked who is online. */
@Injectable()
export class RoomPresence {
  private readonly logger = new Logger('RoomPresence');

  constructor(
    private readonly presence: Presence,
    private readonly publisher: Publisher,
    private readonly rooms: RoomStore,
    private readonly seats: Seats,
    private readonly logs: LogChannels,
  ) {
    presence.listen((change, channels) => this.publish(change, channels));
  }

  /** A session has joined a room: the others hear of the user's first one there. */
  joined(session: Session, room: string): void {
    const user = session.principal!.userId;
    if (this.seats.sessionsOf(user, room).length === 1) {
      this.publish({ user, online: true }, [chatChannel(room)], session.id);
    }
  }

  /** Who is in the room, for the reply to a join; nothing in a crowd. */
  membersFor(session: Session, room: string): { members?: string[] } {
    return this.seats.sessionsIn(room).size > CROWD ? {} : { members: this.seats.usersIn(room) };
  }

  /** A crowd is refused: every answer would hold all of it. */
  ofRoom(session: Session, room: string): UserPresence[] {
    if (!this.isSeated(session, room)) {
      throw new CommandRefused('forbidden');
    }
    if (this.seats.sessionsIn(room).size > CROWD) {
      throw new CommandRefused('limit_exceeded');
    }
    return this.seats.usersIn(room).map((user) => this.presence.of(user));
  }

  /** Of users the asker shares a room with; everybody else looks like nobody: offline. */
  async ofUsers(session: Session, users: readonly string[], watch: boolean): Promise<UserPresence[]> {
    const peers = new Set(await this.rooms.peersOf(session.principal!.userId));
    const isKnown = (user: string): boolean => peers.has(user) || this.sharesRoom(session, user);
    if (watch) {
      this.watch(session, users.filter(isKnown));
    }
    return users.map((user) => (isKnown(user) ? this.presence.of(user) : { user, online: false }));
  }

  /** The session has lost a seat: it watches no longer whom it knew from there alone. */
  async revoke(session: Session): Promise<void> {
    if (watchedBy(session).length === 0) {
      return;
    }
    const peers = await this.peersOrNobody(session.principal!.userId);
    for (const channel of watchedBy(session)) {
      const user = channel.slice(presenceChannel('').length);
      if (!peers.has(user) && !this.sharesRoom(session, user)) {
        this.logs.leave(channel, session);
      }
    }
  }

  private watch(session: Session, users: readonly string[]): void {
    const channels = new Set(users.map(presenceChannel));
    const added = [...channels].filter((channel) => !session.joinedChannels.has(channel));
    if (watchedBy(session).length + added.length > MAX_WATCHED) {
      throw new CommandRefused('limit_exceeded');
    }
    added.forEach((channel) => this.logs.join(channel, session));
  }

  /** While the store is away nobody counts as known: better a watch that ends than one that should have. */
  private async peersOrNobody(user: string): Promise<ReadonlySet<string>> {
    try {
      return new Set(await this.rooms.peersOf(user));
    } catch (error) {
      this.logger.warn('watched users could not be looked up', stackFramesOf(error));
      return new Set();
    }
  }

  private sharesRoom(session: Session, user: string): boolean {
    return this.seats
      .roomsOf(session)
      .some(
        (room) =>
          this.isSeated(session, room) &&
          this.seats.sessionsOf(user, room).some((other) => this.isSeated(other, room)),
      );
  }

  /** Who is only about to join knows nobody there, and nobody knows them. */
  private isSeated(session: Session, room: string): boolean {
    const seat = this.seats.find(session, room);
    return seat !== undefined && seat.isPending !== true;
  }

  private publish(change: UserPresence, channels: readonly string[], exceptSession?: string): void {
    const audience = channels.filter(
      (channel) => channel.startsWith(chatChannel('')) && this.logs.subscribersOf(channel).size <= CROWD,
    );
    this.publisher.publishSoon({
      channels: [presenceChannel(change.user), ...audience],
      event: 'presence',
      data: change,
      isDroppable: true,
      ...(exceptSession !== undefined && { except: { users: [], sessions: [exceptSession] } }),
    });
  }
}

const watchedBy = (session: Session): string[] =>
  [...session.joinedChannels].filter((channel) => channel.startsWith(presenceChannel('')));
