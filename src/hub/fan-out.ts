import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { Broker, type LogPublication, type MergePublication } from '../ports/broker.port.js';
import { matchesAudience } from '../protocol/audience.js';
import { DeliveryReceipts } from './delivery-receipts.js';
import { EncodedPush } from './encoded-push.js';
import { Flusher } from './flusher.js';
import { LogChannels } from './log-channels.js';
import { LogOrder, type NumberedPublication } from './log-order.js';
import type { MergeSubscription } from './merge-channel.js';
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

  private deliverMerge({ values }: MergePublication): void {
    let subscriptions = 0;
    for (const { channel: name, value } of values) {
      const channel = this.merges.find(name);
      if (channel === undefined) {
        continue;
      }
      channel.update(value);
      subscriptions += channel.subscriptions.size;
      for (const follower of channel.followers) {
        const { session } = follower;
        const element = channel.elementFor(session.codec);
        session.outbox.addElement(follower, element, this.flusher.maxQueueBytes);
        this.flusher.schedule(session);
      }
    }
    this.scheduleReaders(values, subscriptions);
  }

  /**
   * Whoever reads one of the channels is flushed. A push of the whole market has more subscriptions (20 a session) than
   * there are sessions: then all that read anything are visited once, and the few without news write nothing.
   */
  private scheduleReaders(values: MergePublication['values'], subscriptions: number): void {
    const { readers } = this.merges;
    if (subscriptions > readers.size) {
      for (const session of readers) {
        this.flusher.schedule(session);
      }
      return;
    }
    for (const { channel } of values) {
      for (const { session } of this.merges.find(channel)?.subscriptions ?? NO_SUBSCRIPTIONS) {
        this.flusher.schedule(session);
      }
    }
  }
}

const NO_SUBSCRIPTIONS: ReadonlySet<MergeSubscription> = new Set();
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
