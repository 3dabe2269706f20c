import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UnsettledWrites } from '../../hub/unsettled-writes.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { MessageStore } from '../../ports/message-store.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { RoomEntry } from '../../protocol/chat.js';
import { RoomFeed } from './room-feed.js';

/** Beyond it a change shows with the next entry of its room, and an eviction when it is repeated. */
const MAX_UNSETTLED = 1000;

/** Newest entries among which a change is looked for. In a room that is faster the next entry has long shown it. */
const NEWEST = 200;

/** A change that is an entry of its room, when the store has made it. */
export interface RoomChange {
  readonly room: string;
  /** Tells the entry from all others. */
  readonly isIt: (entry: RoomEntry) => boolean;
  /** What else the gateway does once the change is stored. */
  readonly apply?: () => Promise<void>;
}

/**
 * Edits, deletions and changes of members whose commit was under way when the store was lost. Who asked was told
 * `unavailable`; if the commit happened after all, the room still has to hear of it.
 */
@Injectable()
export class UnsettledChanges implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly changes: UnsettledWrites<RoomChange>;
  private newest = 0;

  constructor(
    private readonly messages: MessageStore,
    private readonly feed: RoomFeed,
    clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.changes = new UnsettledWrites(UnsettledChanges.name, clock, MAX_UNSETTLED, (change) =>
      this.lookUp(change),
    );
  }

  onApplicationBootstrap(): void {
    this.changes.start();
  }

  onApplicationShutdown(): void {
    this.changes.stop();
  }

  /** Has the store make the change, and looks for it afterwards when that was left open. */
  async watch<Result>(change: RoomChange, make: () => Promise<Result>): Promise<Result> {
    try {
      return await make();
    } catch (error) {
      if (error instanceof StoreUnavailable && error.isOutcomeUnknown) {
        this.metrics.changesOutcomeUnknown.inc();
        this.newest += 1;
        this.changes.add(String(this.newest), change);
      }
      throw error;
    }
  }

  private async lookUp({ room, isIt, apply }: RoomChange): Promise<boolean> {
    const page = await this.messages.page(room, { limit: NEWEST });
    const entry = page?.messages.find(isIt);
    if (entry === undefined) {
      return false;
    }
    // A repeated publication is dropped by its number.
    this.feed.publish(entry);
    await apply?.();
    return true;
  }
}
