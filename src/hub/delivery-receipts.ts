import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../ports/clock.port.js';
import type { PushMap } from '../protocol/pushes.js';
import { Delivery, type DeliveryTerms } from './delivery.js';
import { EncodedPush } from './encoded-push.js';
import type { Session } from './session.js';

const REPORT_INTERVAL_MS = 250;

/** What became of a publication since the last report, counted in connections. */
export interface DeliveryCounts {
  readonly written: number;
  readonly droppedSlow: number;
  readonly expired: number;
}

interface Reported {
  written: number;
  droppedSlow: number;
  expired: number;
}

/** Tells who asked what became of their publications, in differences and a few times a second. */
@Injectable()
export class DeliveryReceipts implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly open = new Map<Delivery, Reported>();
  private subscriber: (receiptId: string, counts: DeliveryCounts) => void = () => {};
  private stop: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(REPORT_INTERVAL_MS, () => this.report());
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** One subscriber a node. */
  subscribe(subscriber: (receiptId: string, counts: DeliveryCounts) => void): void {
    this.subscriber = subscriber;
  }

  /** Undefined for what neither expires nor is asked about. Seal it once everybody it is for has it. */
  begin({ receiptId, expiresAt = Infinity }: DeliveryTerms): Delivery | undefined {
    if (receiptId === undefined && expiresAt === Infinity) {
      return undefined;
    }
    const delivery = new Delivery(receiptId, expiresAt);
    if (receiptId !== undefined) {
      this.open.set(delivery, { written: 0, droppedSlow: 0, expired: 0 });
    }
    return delivery;
  }

  /** Pushes to one session, under terms. */
  push<Event extends keyof PushMap>(
    session: Session,
    event: Event,
    data: PushMap[Event],
    terms: DeliveryTerms,
  ): void {
    const push = new EncodedPush(event, data, this.begin(terms));
    push.enqueueTo(session);
    push.seal();
  }

  /** What still waits of this publication is never written; it counts as expired. */
  cancel(receiptId: string): void {
    for (const delivery of this.open.keys()) {
      if (delivery.receiptId === receiptId) {
        delivery.expiresAt = 0;
      }
    }
  }

  /** Reports now what has not been reported yet. */
  report(): void {
    for (const [delivery, reported] of this.open) {
      const { written, droppedSlow, expired } = delivery;
      const counts = {
        written: written - reported.written,
        droppedSlow: droppedSlow - reported.droppedSlow,
        expired: expired - reported.expired,
      };
      if (delivery.isSealed && delivery.waiting === 0) {
        this.open.delete(delivery);
      } else {
        Object.assign(reported, { written, droppedSlow, expired });
      }
      if (counts.written + counts.droppedSlow + counts.expired > 0) {
        this.subscriber(delivery.receiptId!, counts);
      }
    }
  }
}
