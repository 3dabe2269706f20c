import { Injectable } from '@nestjs/common';
import type { Session } from '../../hub/session.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import {
  type PendingPage,
  type PendingQuery,
  type UpdatePosition,
  UpdateStore,
} from '../../ports/update-store.port.js';
import { BatchedCalls } from './batched-calls.js';
import { DeliveryRecords } from './delivery-records.js';
import { deviceOf } from './device-of.js';

/** Devices asked for in one call: a storm of reconnects is a few calls. */
const MAX_DEVICES = 200;

/**
 * A storm of reconnects comes a few in each turn of the event loop, and a call costs as much as about a hundred of its
 * devices. Who connects when nobody was looked up in the last 25 ms does not wait.
 */
const PAUSE_MS = 25;

/** Updates of one device in a page. */
const PAGE_SIZE = 100;

/** Reads what waits for devices, for many at once. */
@Injectable()
export class PendingPages {
  private readonly firstPages: BatchedCalls<PendingQuery, PendingPage>;
  /** Without pauses: one device that has much waiting would sit through all of them. */
  private readonly laterPages: BatchedCalls<PendingQuery, PendingPage>;

  constructor(store: UpdateStore, records: DeliveryRecords, clock: Clock) {
    const read = async (devices: readonly PendingQuery[]): Promise<readonly PendingPage[]> => {
      // So that the store knows a device that was given them a moment ago, on the connection before.
      await records.write();
      return store.pendingFor(devices, clock.epochMs(), PAGE_SIZE);
    };
    this.firstPages = new BatchedCalls(read, MAX_DEVICES, () => pauseOn(clock));
    this.laterPages = new BatchedCalls(read, MAX_DEVICES);
  }

  /** The next page for the session's device. While the store is away it tries again after each `pause`. */
  async next(
    session: Session,
    after: UpdatePosition | undefined,
    pause: () => Promise<void>,
  ): Promise<PendingPage> {
    const calls = after === undefined ? this.firstPages : this.laterPages;
    while (!session.isClosed) {
      try {
        return await calls.add({ ...deviceOf(session), after });
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) {
          throw error;
        }
      }
      await pause();
    }
    return { updates: [], next: undefined };
  }
}

function pauseOn(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.every(PAUSE_MS, () => {
      stop();
      resolve();
    });
  });
}
