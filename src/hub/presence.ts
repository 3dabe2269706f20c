import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { Clock } from '../ports/clock.port.js';
import { chatChannel } from '../protocol/channel.js';
import type { UserPresence } from '../protocol/chat.js';
import { Hub } from './hub.js';

const SWEEP_INTERVAL_MS = 250;

/** Users whose last visit is remembered; the longest gone give way. */
const MAX_REMEMBERED = 50_000;

/** Rooms remembered of a user who is online; of more, the first ones stand. */
const MAX_ROOMS = 500;

/** A change, with the room channels the user's sessions were in until they left: whoever is there may want to know. */
export type PresenceListener = (presence: UserPresence, channels: readonly string[]) => void;

/**
 * Which users are online: from the first device on until a grace time after the last one off, so that a reconnect is
 * no change. Of this process alone: a process that dies takes its presence with it.
 */
@Injectable()
export class Presence implements OnApplicationBootstrap, OnApplicationShutdown {
  /** With the room channels of all sessions that left since the user came online, where there are any. */
  private readonly online = new Map<string, Set<string> | undefined>();
  /** Users in their grace time, and when it ends. Ordered by end. */
  private readonly leaving = new Map<string, { endsAtMs: number; leftAt: number }>();
  private readonly lastSeen = new Map<string, number>();
  private listener: PresenceListener = () => {};
  private stop: () => void = () => {};

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {
    hub.observe({
      authenticated: ({ principal }) => this.arrived(principal!.userId),
      left: ({ principal, joinedChannels }) => this.left(principal!.userId, joinedChannels),
    });
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(SWEEP_INTERVAL_MS, () => this.sweep());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** One listener a node. */
  listen(listener: PresenceListener): void {
    this.listener = listener;
  }

  of(user: string): UserPresence {
    const lastSeen = this.lastSeen.get(user);
    return this.online.has(user) || lastSeen === undefined
      ? { user, online: this.online.has(user) }
      : { user, online: false, lastSeen };
  }

  private arrived(user: string): void {
    this.leaving.delete(user);
    if (!this.online.has(user)) {
      this.online.set(user, undefined);
      this.lastSeen.delete(user);
      this.listener({ user, online: true }, []);
    }
  }

  private left(user: string, channels: ReadonlySet<string>): void {
    this.collect(user, channels);
    if (this.hub.sessionsOf(user).size > 0) {
      return;
    }
    const endsAtMs = this.clock.monotonicMs() + this.config.chat.presenceGraceMs;
    this.leaving.set(user, { endsAtMs, leftAt: this.clock.epochMs() });
  }

  private collect(user: string, channels: ReadonlySet<string>): void {
    if (channels.size === 0 || !this.online.has(user)) {
      return;
    }
    const rooms = this.online.get(user) ?? new Set();
    for (const channel of channels) {
      if (rooms.size < MAX_ROOMS && channel.startsWith(chatChannel(''))) {
        rooms.add(channel);
      }
    }
    this.online.set(user, rooms);
  }

  private sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const [user, { endsAtMs, leftAt }] of this.leaving) {
      if (endsAtMs > nowMs) {
        return;
      }
      const channels = [...(this.online.get(user) ?? [])];
      this.leaving.delete(user);
      this.online.delete(user);
      this.remember(user, leftAt);
      this.listener({ user, online: false, lastSeen: leftAt }, channels);
    }
  }

  private remember(user: string, leftAt: number): void {
    this.lastSeen.delete(user);
    this.lastSeen.set(user, leftAt);
    const [oldest] = this.lastSeen.keys();
    if (this.lastSeen.size > MAX_REMEMBERED && oldest !== undefined) {
      this.lastSeen.delete(oldest);
    }
  }
}
