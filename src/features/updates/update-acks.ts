import { Injectable } from '@nestjs/common';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { type DeviceAck, UpdateStore } from '../../ports/update-store.port.js';
import { BatchedCalls } from './batched-calls.js';
import { deviceOf } from './device-of.js';
import { UPDATE_ID } from './update-ids.js';

/** Devices whose acknowledgements share a commit. */
const MAX_BATCH = 500;

/** Acknowledgements of devices: those that come together are committed together. */
@Injectable()
export class UpdateAcks {
  private readonly calls: BatchedCalls<DeviceAck, Awaited<ReturnType<UpdateStore['ack']>>[number]>;

  constructor(store: UpdateStore, clock: Clock, metrics: Metrics) {
    this.calls = new BatchedCalls(async (acks) => {
      const results = await store.ack(acks, clock.epochMs());
      metrics.updatesAcked.inc(results.reduce((sum, { added }) => sum + added, 0));
      return results;
    }, MAX_BATCH);
  }

  /**
   * Resolves, once it is committed, with those of `ids` that this device has acknowledged now or before; ids it never
   * got are left out.
   */
  async ack(session: Session, ids: readonly string[]): Promise<readonly string[]> {
    const known = ids.filter((id) => UPDATE_ID.test(id));
    if (session.principal === undefined || known.length === 0) {
      return [];
    }
    const { acked } = await this.calls.add({
      ...deviceOf(session),
      connectionId: session.id,
      connectedAt: session.authenticatedAtMs,
      ids: known,
    });
    return acked;
  }
}
