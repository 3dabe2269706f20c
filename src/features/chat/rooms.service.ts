import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { LogOrder } from '../../hub/log-order.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { MessageStore } from '../../ports/message-store.port.js';
import { type Room, type RoomPatch, RoomStore } from '../../ports/room-store.port.js';
import { chatChannel } from '../../protocol/channel.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { MembersService } from './members.service.js';
import { Seats } from './seats.js';
import { UnreadWatch } from './unread-watch.js';

const DAY_MS = 86_400_000;
const TRIM_INTERVAL_MS = 600_000;

/** A store that is away at the start is asked again this often for the rooms that must exist. */
const RETRY_MS = 2000;

export interface RoomSettings extends RoomPatch {
  /** Of a new room alone. */
  readonly owner?: string;
}

/** Rooms as the back office makes and ends them, those that always exist, and how long their messages are kept. */
@Injectable()
export class RoomsService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Rooms');
  private readonly missing: Set<string>;
  private stops: readonly (() => void)[] = [];

  constructor(
    private readonly config: AppConfig,
    private readonly rooms: RoomStore,
    private readonly messages: MessageStore,
    private readonly members: MembersService,
    private readonly seats: Seats,
    private readonly order: LogOrder,
    private readonly unread: UnreadWatch,
    private readonly clock: Clock,
  ) {
    this.missing = new Set(config.chat.rooms);
  }

  async onApplicationBootstrap(): Promise<void> {
    this.stops = [
      this.clock.every(RETRY_MS, () => void this.ensureRooms()),
      this.clock.every(TRIM_INTERVAL_MS, () => void this.trim()),
    ];
    await this.ensureRooms();
  }

  onApplicationShutdown(): void {
    this.stops.forEach((stop) => stop());
  }

  /** Makes the room, or changes it. */
  async put(id: string, settings: RoomSettings): Promise<{ room: Room; isNew: boolean }> {
    const { kind = 'private', ...rest } = settings;
    const isNew = await this.rooms.create({ id, kind, ...rest }, this.clock.epochMs());
    const room = isNew ? await this.rooms.find(id) : await this.rooms.update(id, settings);
    if (room === undefined) {
      // Removed in between.
      throw new CommandRefused('unavailable');
    }
    if (isNew) {
      // A publication of an earlier room of this name may have come after its end.
      this.order.forget(chatChannel(id));
    }
    this.seats.change(id, { slowModeSeconds: room.slowModeSeconds });
    return { room, isNew };
  }

  /** Ends the room with its log. False when there is none. */
  async remove(id: string): Promise<boolean> {
    const isRemoved = await this.rooms.remove(id);
    this.members.closeRoom(id);
    // A room of the same name counts from 1 again.
    this.order.forget(chatChannel(id));
    this.unread.forgetRoom(id);
    return isRemoved;
  }

  find(id: string): Promise<Room | undefined> {
    return this.rooms.find(id);
  }

  list(after: string, limit: number): Promise<readonly Room[]> {
    return this.rooms.list(after, limit);
  }

  private async ensureRooms(): Promise<void> {
    for (const id of this.missing) {
      try {
        await this.rooms.create({ id, kind: 'public' }, this.clock.epochMs());
        this.missing.delete(id);
      } catch (error) {
        this.logger.warn(`a room of CHAT_ROOMS could not be made yet`, stackFramesOf(error));
        return;
      }
    }
  }

  private async trim(): Promise<void> {
    const { retentionDays, retentionMessages } = this.config.chat;
    if (retentionDays === 0 && retentionMessages === 0) {
      return;
    }
    const before = retentionDays === 0 ? 0 : this.clock.epochMs() - retentionDays * DAY_MS;
    try {
      await this.messages.trim({ before, maxPerRoom: retentionMessages });
    } catch (error) {
      this.logger.warn('old messages could not be removed', stackFramesOf(error));
    }
  }
}
