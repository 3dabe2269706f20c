import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UnsettledWrites } from '../../hub/unsettled-writes.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { RoomFeed } from './room-feed.js';

/** Beyond it a change shows with the next entry of its room. */
const MAX_UNSETTLED = 1000;

interface Change {
  readonly room: string;
  readonly look: (() => Promise<void>) | undefined;
}

/**
 * Edits, deletions and changes of members whose commit was under way when the store was lost. Whoever asked got no
 * answer; if the commit happened after all, the room still has to hear of it.
 */
@Injectable()
export class UnsettledChanges implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly changes: UnsettledWrites<Change>;
  private newest = 0;

  constructor(
    private readonly feed: RoomFeed,
    clock: Clock,
  ) {
    this.changes = new UnsettledWrites(clock, MAX_UNSETTLED, (change) => this.lookUp(change));
  }

  onApplicationBootstrap(): void {
    this.changes.start();
  }

  onApplicationShutdown(): void {
    this.changes.stop();
  }

  /** Makes the change. `look` runs whenever the store is asked how an open one ended, and may run many times. */
  async watch<Result>(
    room: string,
    change: () => Promise<Result>,
    look?: () => Promise<void>,
  ): Promise<Result> {
    try {
      return await change();
    } catch (error) {
      if (error instanceof StoreUnavailable && error.isOutcomeUnknown) {
        this.newest += 1;
        this.changes.add(String(this.newest), { room, look });
      }
      throw error;
    }
  }

  /** A commit may still be under way in the database: what is not there yet is no answer. */
  private async lookUp({ room, look }: Change): Promise<boolean> {
    await this.feed.catchUp(room);
    await look?.();
    return false;
  }
}
