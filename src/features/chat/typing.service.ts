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
import { CROWD } from './room-presence.js';
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
  /** By session, then room. */
  private readonly active = new Map<Session, Map<string, Typing>>();
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

  /** In a crowd nobody is told: everybody would be, of everybody. */
  async start(session: Session, room: string): Promise<void> {
    const isDirect = isDirectRoomId(room);
    if (!isDirect) {
      this.checkSeat(session, room);
    }
    const user = session.principal!.userId;
    const expiresAtMs = this.clock.monotonicMs() + this.config.chat.typingIntervalMs + TYPING_GRACE_MS;
    const known = this.active.get(session)?.get(room);
    if (known !== undefined) {
      // A repeat: the others know.
      known.expiresAtMs = expiresAtMs;
      return;
    }
    const channels = isDirect ? await this.peerChannels(user, room) : [chatChannel(room)];
    if (session.isClosed || (!isDirect && this.seats.sessionsIn(room).size > CROWD)) {
      return;
    }
    const typing = { room, user, session, channels, expiresAtMs };
    const typings = this.active.get(session) ?? new Map<string, Typing>();
    this.active.set(session, typings.set(room, typing));
    this.publish(typing, true);
  }

  stop(session: Session, room: string): void {
    const typings = this.active.get(session);
    const typing = typings?.get(room);
    if (typings === undefined || typing === undefined) {
      return;
    }
    typings.delete(room);
    if (typings.size === 0) {
      this.active.delete(session);
    }
    this.publish(typing, false);
  }

  private stopAll(session: Session): void {
    for (const room of this.active.get(session)?.keys() ?? []) {
      this.stop(session, room);
    }
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [session, typings] of this.active) {
      for (const { room, expiresAtMs } of typings.values()) {
        if (expiresAtMs <= nowMs) {
          this.stop(session, room);
        }
      }
    }
  }

  private checkSeat(session: Session, room: string): void {
    const seat = this.seats.find(session, room);
    if (seat === undefined || seat.role === 'reader') {
      throw new CommandRefused('forbidden');
    }
  }

  private async peerChannels(user: string, room: string): Promise<readonly string[]> {
    const peers = (await this.rooms.find(room))?.peers;
    if (peers?.includes(user) !== true) {
      throw new CommandRefused('forbidden');
    }
    return peers.map(userChannel);
  }

  private publish({ room, user, session, channels }: Typing, typing: boolean): void {
    this.publisher.publishSoon({
      channels,
      event: 'chat.typing',
      data: { room, user, typing },
      except: { users: [], sessions: [session.id] },
      isDroppable: true,
    });
  }
}
