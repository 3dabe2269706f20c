import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { DeliveryReceipts } from '../../hub/delivery-receipts.js';
import { Hub } from '../../hub/hub.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { Clock } from '../../ports/clock.port.js';
import type { UpdateContent, UpdatePosition } from '../../ports/update-store.port.js';
import { SocketConnection } from '../../transport/ws/socket-connection.js';
import { CommitWindows } from './commit-windows.js';
import { DeliveryRecords } from './delivery-records.js';
import { PendingPages } from './pending-pages.js';
import type { Recipients } from './recipients.js';
import { pushOf } from './update-push.js';

const RESUME_INTERVAL_MS = 50;

/** Bytes of a slow device's outbox above which the rest waits. */
const MAX_AHEAD_BYTES = 64 * 1024;

/** A session that has not had all that waited for it. A storm of reconnects makes many, and few need their collections. */
interface CatchUp {
  readonly session: Session;
  /** Sent meanwhile: they follow what waited. A slow reader is closed before they are many. */
  held: Map<string, UpdateContent> | undefined;
  cancelled: Set<string> | undefined;
}

/** Gives devices that connect what waits for them, in order and before anything newer that is kept. */
@Injectable()
export class Redelivery implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Redelivery');
  private readonly catchUps = new Map<Session, CatchUp>();
  private readonly maxAheadBytes: number;
  private waiting: (() => void)[] = [];
  private stop: () => void = () => {};

  constructor(
    config: AppConfig,
    hub: Hub,
    private readonly pages: PendingPages,
    private readonly receipts: DeliveryReceipts,
    private readonly records: DeliveryRecords,
    private readonly windows: CommitWindows,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {
    this.maxAheadBytes = Math.min(config.ws.maxQueueBytes / 2, MAX_AHEAD_BYTES);
    hub.observe({
      authenticated: (session) => this.begin(session),
      left: (session) => this.catchUps.delete(session),
    });
  }

  onApplicationBootstrap(): void {
    this.stop = this.clock.every(RESUME_INTERVAL_MS, () => {
      const { waiting } = this;
      this.waiting = [];
      waiting.forEach((resume) => resume());
    });
  }

  onApplicationShutdown(): void {
    this.stop();
  }

  /** Sessions that will get this update after what waits for them: not now. */
  hold(content: UpdateContent, recipients: Recipients): Session[] {
    const held: Session[] = [];
    for (const catchUp of this.catchUps.values()) {
      if (recipients.has(catchUp.session)) {
        catchUp.held ??= new Map();
        catchUp.held.set(content.id, content);
        held.push(catchUp.session);
      }
    }
    return held;
  }

  /** Nobody is given this update any more. */
  cancel(updateId: string): void {
    for (const catchUp of this.catchUps.values()) {
      catchUp.cancelled ??= new Set();
      catchUp.cancelled.add(updateId);
    }
    this.receipts.cancel(updateId);
  }

  private begin(session: Session): void {
    // Who cannot acknowledge would get the same again and again.
    if (!SocketConnection.isPushOnly(session)) {
      const catchUp: CatchUp = { session, held: undefined, cancelled: undefined };
      this.catchUps.set(session, catchUp);
      this.run(catchUp).catch((error: unknown) => {
        this.catchUps.delete(session);
        this.logger.error('redelivery failed', stackFramesOf(error));
      });
    }
  }

  private async run(catchUp: CatchUp): Promise<void> {
    const { session } = catchUp;
    const given = new Set<string>();
    let after: UpdatePosition | undefined;
    do {
      const page = await this.pages.next(session, after, () => this.pause());
      for (const { content, isKnown } of page.updates) {
        while (session.outbox.logBytes > this.maxAheadBytes && this.catchUps.has(session)) {
          await this.pause();
        }
        if (this.give(catchUp, content)) {
          given.add(content.id);
          this.note(session, content, isKnown || catchUp.held?.has(content.id) === true);
        }
      }
      after = page.next;
    } while (after !== undefined && this.catchUps.has(session));
    // In the same turn: what is sent from here on comes by itself.
    for (const content of catchUp.held?.values() ?? []) {
      if (!given.has(content.id)) {
        this.give(catchUp, content);
      }
    }
    this.catchUps.delete(session);
  }

  private give({ session, cancelled }: CatchUp, content: UpdateContent): boolean {
    const { id, expiresAt } = content;
    if (!this.catchUps.has(session) || cancelled?.has(id) === true || expiresAt <= this.clock.epochMs()) {
      return false;
    }
    this.receipts.push(session, 'update', pushOf(content), { expiresAt, receiptId: id });
    this.windows.gave(session, id);
    this.metrics.updatesRedelivered.inc();
    return true;
  }

  private note(session: Session, { id, sentAt }: UpdateContent, isMatched: boolean): void {
    if (!isMatched && session.authenticatedAtMs > sentAt) {
      this.records.add(id, { matched: 1 });
    }
    if (!isMatched) {
      this.records.reach(id, session);
    }
  }

  private pause(): Promise<void> {
    return new Promise((resume) => this.waiting.push(resume));
  }
}
