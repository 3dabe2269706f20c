import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../hub/hub.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { Clock } from '../../ports/clock.port.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { chatChannel, userChannel } from '../../protocol/channel.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { TYPING_GRACE_MS } from '../../protocol/pushes.js';
import { isDirectRoomId } from './direct-room.js';
import { Seats } from './seats.js';

const SWEEP_INTERVAL_MS = 500;

interface Typing {
  readonly room: string;
  readonly user: string;
  readonly session: Session;
  readonly channels: readonly string[];
  expiresAtMs: number;
}

/** Who types where. Best effort: nothing is stored, a client that is behind does without, silence ends it. */
@Injectable()
export class TypingService implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly active = new Map<string, Typing>();
  private stopSweeping: () => void = () => {};

  constructor(
    private readonly config: AppConfig,
    hub: Hub,
    private readonly publisher: Publisher,
    private readonly rooms: RoomStore,
    private readonly seats: Seats,
    private readonly clock: Clock,
  ) {
    hub.observe({ left: (session) => this.stopAll(session) });
  }

  onApplicationBootstrap(): void {
    this.stopSweeping = this.clock.every(SWEEP_INTERVAL_MS, () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stopSweeping();
  }

  async start(session: Session, room: string): Promise<void> {
    const user = session.principal!.userId;
    const expiresAtMs = this.clock.monotonicMs() + this.config.chat.typingIntervalMs + TYPING_GRACE_MS;
    const known = this.active.get(keyOf(room, session));
    if (known !== undefined) {
      // A repeat: the others know.
      known.expiresAtMs = expiresAtMs;
      return;
    }
    const channels = await this.channelsOf(session, room);
    if (session.isClosed) {
      return;
    }
    const typing = { room, user, session, channels, expiresAtMs };
    this.active.set(keyOf(room, session), typing);
    this.publish(typing, true);
  }

  stop(session: Session, room: string): void {
    const typing = this.active.get(keyOf(room, session));
    if (typing !== undefined) {
      this.active.delete(keyOf(room, session));
      this.publish(typing, false);
    }
  }

  private stopAll(session: Session): void {
    for (const typing of this.active.values()) {
      if (typing.session === session) {
        this.stop(session, typing.room);
      }
    }
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const { room, session, expiresAtMs } of this.active.values()) {
      if (expiresAtMs <= nowMs || session.isClosed) {
        this.stop(session, room);
      }
    }
  }

  private async channelsOf(session: Session, room: string): Promise<readonly string[]> {
    if (this.seats.find(session, room) !== undefined && !isDirectRoomId(room)) {
      return [chatChannel(room)];
    }
    const peers = isDirectRoomId(room) ? (await this.rooms.find(room))?.peers : undefined;
    if (peers === undefined || !peers.includes(session.principal!.userId)) {
      throw new CommandRefused('forbidden');
    }
    return peers.map(userChannel);
  }

  private publish({ room, user, session, channels }: Typing, typing: boolean): void {
    void this.publisher.publish({
      channels,
      event: 'chat.typing',
      data: { room, user, typing },
      except: { users: [], sessions: [session.id] },
      isDroppable: true,
    });
  }
}

const keyOf = (room: string, session: Session): string => `${room}\n${session.id}`;
