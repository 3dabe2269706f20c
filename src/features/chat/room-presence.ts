import { Injectable } from '@nestjs/common';
import { LogChannels } from '../../hub/log-channels.js';
import { Presence } from '../../hub/presence.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { chatChannel, presenceChannel } from '../../protocol/channel.js';
import type { UserPresence } from '../../protocol/chat.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { Seats } from './seats.js';

/** Connections in a room beyond which nobody is told who comes and goes: presence costs their square. */
const CROWD = 200;

/** Direct rooms of a user that are looked at to see whose presence concerns them. */
const MAX_PEERS = 1000;

/** Users whose presence one connection may watch. */
const MAX_WATCHED = 200;

/** Tells rooms and those who asked who is online. */
@Injectable()
export class RoomPresence {
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

  ofRoom(session: Session, room: string): UserPresence[] {
    if (this.seats.find(session, room) === undefined) {
      throw new CommandRefused('forbidden');
    }
    return this.seats.usersIn(room).map((user) => this.presence.of(user));
  }

  /** Of users the asker shares a room with; everybody else looks like nobody: offline. */
  async ofUsers(session: Session, users: readonly string[], watch: boolean): Promise<UserPresence[]> {
    const peers = await this.peersOf(session.principal!.userId);
    const isKnown = (user: string): boolean => peers.has(user) || this.sharesRoom(session, user);
    if (watch) {
      this.watch(session, users.filter(isKnown));
    }
    return users.map((user) => (isKnown(user) ? this.presence.of(user) : { user, online: false }));
  }

  private watch(session: Session, users: readonly string[]): void {
    const added = users.map(presenceChannel).filter((channel) => !session.joinedChannels.has(channel));
    const watched = [...session.joinedChannels].filter((channel) => channel.startsWith(presenceChannel('')));
    if (watched.length + added.length > MAX_WATCHED) {
      throw new CommandRefused('limit_exceeded');
    }
    added.forEach((channel) => this.logs.join(channel, session));
  }

  private async peersOf(user: string): Promise<ReadonlySet<string>> {
    const rooms = await this.rooms.roomsOf(user, '', MAX_PEERS);
    return new Set(rooms.flatMap(({ peer }) => (peer === undefined ? [] : [peer])));
  }

  private sharesRoom(session: Session, user: string): boolean {
    return this.seats.roomsOf(session).some((room) => this.seats.sessionsOf(user, room).length > 0);
  }

  private publish(change: UserPresence, channels: readonly string[], exceptSession?: string): void {
    const audience = channels.filter(
      (channel) => channel.startsWith(chatChannel('')) && this.logs.subscribersOf(channel).size <= CROWD,
    );
    void this.publisher.publish({
      channels: [presenceChannel(change.user), ...audience],
      event: 'presence',
      data: change,
      isDroppable: true,
      ...(exceptSession !== undefined && { except: { users: [], sessions: [exceptSession] } }),
    });
  }
}
