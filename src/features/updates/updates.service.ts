import { ConflictException, Injectable, UnprocessableEntityException } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { Hub } from '../../hub/hub.js';
import { PacedFanOut } from '../../hub/paced-fan-out.js';
import { Clock } from '../../ports/clock.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import { type NewUpdate, type SendAnswer, UpdateStore } from '../../ports/update-store.port.js';
import { CommitWindows } from './commit-windows.js';
import { planUpdate, type UpdatePlan, type UpdateRequest } from './plan-update.js';
import { Recipients } from './recipients.js';
import { Redelivery } from './redelivery.js';
import { UnsettledUpdates } from './unsettled-updates.js';
import { isPaced, UpdateDispatch } from './update-dispatch.js';
import { UpdateIds } from './update-ids.js';
import { idempotencyOf, type RequestKey } from './update-request-key.js';

/** `matched` counts who was connected: a zero is an answer, not an error. A scheduled update matches nobody yet. */
export interface UpdateResult extends SendAnswer {
  readonly updateId: string;
  /** The answer of an earlier request with the same key. */
  readonly duplicate: boolean;
  readonly dryRun: boolean;
}

const NOBODY = { users: 0, connections: 0 };

/** Updates that a back office pushes on demand. */
@Injectable()
export class UpdatesService {
  /** Keys of requests under way. */
  private readonly busy = new Set<string>();

  constructor(
    private readonly config: AppConfig,
    private readonly hub: Hub,
    private readonly fanOut: PacedFanOut,
    private readonly store: UpdateStore,
    private readonly dispatch: UpdateDispatch,
    private readonly windows: CommitWindows,
    private readonly redelivery: Redelivery,
    private readonly unsettled: UnsettledUpdates,
    private readonly ids: UpdateIds,
    private readonly clock: Clock,
  ) {}

  /**
   * Sends to everybody, to named users or to an audience, on every device; what is kept reaches those too who connect
   * before it expires. It is committed before anybody gets it. One for many waits while earlier ones are going out. Throws 400, 409, 422 and `StoreUnavailable`.
   */
  async sendDemandUpdates(request: UpdateRequest, requestKey?: RequestKey): Promise<UpdateResult> {
    const plan = planUpdate(request, this.clock.epochMs(), this.config.updates.maxTtlSeconds);
    if (request.dryRun === true) {
      return { updateId: this.ids.next(), duplicate: false, ...this.match(plan), dryRun: true };
    }
    if (plan.notBefore === undefined && isPaced(plan)) {
      // Before the match, which counts who is there when it goes out.
      await this.fanOut.room();
    }
    const now = this.clock.epochMs();
    const id = this.ids.next();
    const idempotency = requestKey && idempotencyOf(requestKey, request);
    if (idempotency === undefined) {
      return this.create(this.updateOf(id, plan, now));
    }
    if (this.busy.has(idempotency.key)) {
      throw new ConflictException({ message: 'The first request is still under way.', retryAfterSeconds: 1 });
    }
    this.busy.add(idempotency.key);
    try {
      return await this.create({ ...this.updateOf(id, plan, now), idempotency });
    } finally {
      this.busy.delete(idempotency.key);
    }
  }

  /** Drops what has not been written yet. What was written stays counted. */
  async cancel(updateId: string): Promise<void> {
    if (await this.store.cancel(updateId, this.clock.epochMs())) {
      this.redelivery.cancel(updateId);
    }
  }

  private async create(update: NewUpdate): Promise<UpdateResult> {
    const window = this.windows.begin();
    try {
      const outcome = await this.store.create(update);
      if (outcome.outcome === 'conflict') {
        throw new UnprocessableEntityException('The Idempotency-Key was used with another body.');
      }
      if (outcome.outcome === 'duplicate') {
        const { updateId, answer } = outcome;
        return { updateId, duplicate: true, ...answer, dryRun: false };
      }
      if (update.notBefore === undefined) {
        await this.dispatch.send(update, window);
      }
      return { updateId: update.id, duplicate: false, ...update.answer, dryRun: false };
    } catch (error) {
      if (error instanceof StoreUnavailable && error.isOutcomeUnknown && update.notBefore === undefined) {
        this.unsettled.add(update);
      }
      throw error;
    } finally {
      window.close();
    }
  }

  private updateOf(id: string, plan: UpdatePlan, now: number): NewUpdate {
    const { rejected, notBefore, ...content } = plan;
    const { updates, webhook } = this.config;
    return {
      ...content,
      id,
      sentAt: now,
      createdAt: now,
      notBefore,
      answer: notBefore === undefined ? this.match(plan) : { matched: NOBODY, offlineQueued: 0, rejected },
      idempotency: undefined,
      notifyAt: webhook.url === undefined ? undefined : now + webhook.delayMs,
      maxInbox: updates.maxInbox,
    };
  }

  private match({ target, except, delivery, rejected }: UpdatePlan): SendAnswer {
    const recipients = new Recipients(target, except, this.hub);
    return {
      matched: recipients.count(),
      offlineQueued: delivery === 'live' ? 0 : recipients.countOffline(),
      rejected,
    };
  }
}
