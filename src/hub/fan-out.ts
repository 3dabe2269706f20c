import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { Broker, type LogPublication, type MergePublication } from '../ports/broker.port.js';
import { matchesAudience } from '../protocol/audience.js';
import { DeliveryReceipts } from './delivery-receipts.js';
import { EncodedPush } from './encoded-push.js';
import { Flusher } from './flusher.js';
import { LogChannels } from './log-channels.js';
import { LogOrder, type NumberedPublication } from './log-order.js';
import { MergeChannels } from './merge-channels.js';
import { PacedFanOut } from './paced-fan-out.js';
import type { Session } from './session.js';

/** Publications of the broker into the outboxes of this node, encoded once per codec and not per session. */
@Injectable()
export class FanOut {
  constructor(
    broker: Broker,
    private readonly logs: LogChannels,
    private readonly order: LogOrder,
    private readonly paced: PacedFanOut,
    private readonly receipts: DeliveryReceipts,
    private readonly merges: MergeChannels,
    private readonly flusher: Flusher,
    private readonly metrics: Metrics,
  ) {
    order.deliverTo((publication) => this.deliverNumbered(publication));
    broker.receive((publication) => {
      if (publication.kind === 'merge') {
        this.deliverMerge(publication);
      } else if (isNumbered(publication)) {
        this.order.accept(publication);
      } else {
        this.deliverLog(publication);
      }
    });
  }

  private deliverLog(publication: LogPublication): void {
    const push = new EncodedPush(publication.event, publication.data, this.receipts.begin(publication));
    const isFor = recipientTest(publication);
    if (publication.isPaced === true) {
      this.paced.add(push, this.subscribersOf(publication.channels), isFor ?? everybody);
      return;
    }
    for (const channel of publication.channels) {
      for (const session of this.logs.subscribersOf(channel)) {
        if (isFor === undefined || isFor(session)) {
          push.enqueueTo(session);
        } else if (publication.isDroppable === true) {
          this.metrics.hot.dropped += 1;
        }
      }
    }
    push.seal();
  }

  /** Who has joined the log gets it there; the other channels are for those who have not. */
  private deliverNumbered(publication: NumberedPublication): void {
    const { log, seq } = publication.position;
    const push = new EncodedPush(publication.event, publication.data);
    const isFor = recipientTest(publication) ?? everybody;
    const subscriptions = this.logs.subscriptionsOf(log);
    for (const subscription of subscriptions.values()) {
      if (isFor(subscription.session)) {
        subscription.take(seq, push);
      } else {
        subscription.skip(seq);
      }
    }
    for (const session of this.subscribersOf(publication.channels)) {
      if (!subscriptions.has(session) && isFor(session)) {
        push.enqueueTo(session);
      }
    }
  }

  private *subscribersOf(channels: readonly string[]): Iterable<Session> {
    for (const channel of channels) {
      yield* this.logs.subscribersOf(channel);
    }
  }

  private deliverMerge(publication: MergePublication): void {
    for (const { channel: name, value } of publication.values) {
      const channel = this.merges.find(name);
      if (channel === undefined) {
        continue;
      }
      channel.update(value);
      for (const subscription of channel.subscriptions) {
        const { session } = subscription;
        if (session.isClosed) {
          continue;
        }
        if (subscription.mode === 'all') {
          session.outbox.addElement(
            subscription,
            channel.elementFor(session.codec),
            this.flusher.maxQueueBytes,
          );
        } else if (!session.outbox.addChange(subscription)) {
          this.metrics.hot.conflated += 1;
        }
        this.flusher.schedule(session);
      }
    }
  }
}

const NONE: ReadonlySet<string> = new Set();

const everybody = (): boolean => true;

const isNumbered = (publication: LogPublication): publication is NumberedPublication =>
  publication.position !== undefined;

/** Undefined when everybody gets it, which is what most publications say. */
function recipientTest(publication: LogPublication): ((session: Session) => boolean) | undefined {
  const { except, audience, isDroppable = false } = publication;
  if (except === undefined && audience === undefined && !isDroppable) {
    return undefined;
  }
  const users = setOf(except?.users);
  const sessions = setOf(except?.sessions);
  return ({ id, principal, writer }) =>
    !sessions.has(id) &&
    principal !== undefined &&
    !users.has(principal.userId) &&
    (audience === undefined || matchesAudience(principal, audience)) &&
    (!isDroppable || writer.isWritable);
}

/** Sets, since an update to everybody may leave out many. */
function setOf(names: readonly string[] = []): ReadonlySet<string> {
  return names.length === 0 ? NONE : new Set(names);
}
