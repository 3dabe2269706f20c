import { Injectable } from '@nestjs/common';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { userChannel } from '../../protocol/channel.js';
import type { RoomSummary } from '../../protocol/chat.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { UnreadWatch } from './unread-watch.js';

const DEFAULT_LIMIT = 100;

/** How far users have read, the same on all their devices. */
@Injectable()
export class ReadMarkersService {
  constructor(
    private readonly rooms: RoomStore,
    private readonly publisher: Publisher,
    private readonly unread: UnreadWatch,
  ) {}

  async read(
    session: Session,
    room: string,
    seq: number,
  ): Promise<{ room: string; read: number; unread: number }> {
    const user = session.principal!.userId;
    const marked = await this.rooms.markRead(room, user, seq);
    if (marked === undefined) {
      throw new CommandRefused('forbidden');
    }
    if (marked === 'ahead') {
      throw new CommandRefused('validation', { fields: ['seq: beyond the room'] });
    }
    const { read, unread, moved } = marked;
    if (moved) {
      this.unread.recounted(user, room, marked);
      session.afterReply(() =>
        this.publisher.publishSoon({
          channels: [userChannel(user)],
          event: 'chat.read',
          data: { room, read, unread },
          except: { users: [], sessions: [session.id] },
        }),
      );
    }
    return { room, read, unread };
  }

  /** The user's rooms. The connection then gets `chat.unread` when they have news. */
  async list(
    session: Session,
    after = '',
    limit = DEFAULT_LIMIT,
  ): Promise<{ rooms: readonly RoomSummary[]; next: string | null }> {
    const rooms = await this.rooms.roomsOf(session.principal!.userId, after, limit);
    this.unread.watch(session, rooms);
    return { rooms, next: rooms.length === limit ? rooms.at(-1)!.room : null };
  }
}
