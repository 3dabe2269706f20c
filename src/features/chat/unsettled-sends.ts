import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import { MessageStore, type NewMessage } from '../../ports/message-store.port.js';
import type { ChatMessage } from '../../protocol/chat.js';
import { RoomFeed } from './room-feed.js';

const CHECK_INTERVAL_MS = 500;

/** A commit that has not shown by then was rolled back. */
const GIVE_UP_MS = 60_000;

const MAX_UNSETTLED = 10_000;

/**
 * Messages whose commit was under way when the store was lost. The sender got no answer; if the commit happened after
 * all, the room still has to hear of it.
 */
@Injectable()
export class UnsettledSends implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('UnsettledSends');
  private readonly sends = new Map<string, { readonly message: NewMessage; readonly sinceMs: number }>();
  private isChecking = false;
  private stop: () => void = () => {};

  constructor(
    private readonly messages: MessageStore,
    private readonly feed: RoomFeed,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(CHECK_INTERVAL_MS, () => void this.check());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  add(message: NewMessage): void {
    this.metrics.sendsOutcomeUnknown.inc();
    // Beyond the bound the next entry of the room shows the gap, and a join shows the rest.
    if (this.sends.size < MAX_UNSETTLED) {
      this.sends.set(keyOf(message), { message, sinceMs: this.clock.monotonicMs() });
    }
  }

  /** The sender's retry found it stored. True when its first attempt had been left open: then it is still unpublished. */
  settle(message: ChatMessage): boolean {
    return this.sends.delete(keyOf(message));
  }

  private async check(): Promise<void> {
    if (this.isChecking || this.sends.size === 0) {
      return;
    }
    this.isChecking = true;
    try {
      for (const [key, { message, sinceMs }] of this.sends) {
        const earlier = await this.messages.findSend(message);
        if (earlier?.outcome === 'duplicate' && this.sends.delete(key)) {
          this.feed.publish(earlier.message);
        } else if (this.clock.monotonicMs() - sinceMs > GIVE_UP_MS) {
          this.sends.delete(key);
        }
      }
    } catch (error) {
      this.logger.warn('the store does not answer yet', stackFramesOf(error));
    } finally {
      this.isChecking = false;
    }
  }
}

const keyOf = ({ room, from, clientMsgId }: Pick<NewMessage, 'room' | 'from' | 'clientMsgId'>): string =>
  `${room}\n${from}\n${clientMsgId}`;
