import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UnsettledWrites } from '../../hub/unsettled-writes.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { MessageStore, type NewMessage } from '../../ports/message-store.port.js';
import type { ChatMessage } from '../../protocol/chat.js';
import { RoomFeed } from './room-feed.js';

/** Beyond it the next entry of the room shows the gap, and a join shows the rest. */
const MAX_UNSETTLED = 10_000;

/**
 * Messages whose commit was under way when the store was lost. The sender got no answer; if the commit happened after
 * all, the room still has to hear of it.
 */
@Injectable()
export class UnsettledSends implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly sends: UnsettledWrites<NewMessage>;

  constructor(
    private readonly messages: MessageStore,
    private readonly feed: RoomFeed,
    clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.sends = new UnsettledWrites(UnsettledSends.name, clock, MAX_UNSETTLED, (message) =>
      this.lookUp(message),
    );
  }

  onApplicationBootstrap(): void {
    this.sends.start();
  }

  onApplicationShutdown(): void {
    this.sends.stop();
  }

  add(message: NewMessage): void {
    this.metrics.sendsOutcomeUnknown.inc();
    this.sends.add(keyOf(message), message);
  }

  /** The sender's retry found it stored. True when its first attempt had been left open: then it is still unpublished. */
  settle(message: ChatMessage): boolean {
    return this.sends.take(keyOf(message));
  }

  private async lookUp(message: NewMessage): Promise<boolean> {
    const earlier = await this.messages.findSend(message);
    if (earlier?.outcome !== 'duplicate') {
      return false;
    }
    if (this.settle(earlier.message)) {
      this.feed.publish(earlier.message);
    }
    return true;
  }
}

const keyOf = ({ room, from, clientMsgId }: Pick<NewMessage, 'room' | 'from' | 'clientMsgId'>): string =>
  `${room}\n${from}\n${clientMsgId}`;
