import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import type { SubscriptionMode } from '../protocol/commands.js';
import { MergeChannel, MergeSubscription } from './merge-channel.js';
import type { Session } from './session.js';

/** The merge channels that somebody on this node subscribes. */
@Injectable()
export class MergeChannels {
  private readonly channels = new Map<string, MergeChannel>();
  /** Here and not in the sessions: most of many idle connections subscribe nothing. */
  private readonly bySession = new Map<Session, Map<string, MergeSubscription>>();
  private readonly laneOwners = new Set<Session>();

  constructor(private readonly metrics: Metrics) {}

  /** Sessions with a subscription of mode `merge`. */
  get readers(): ReadonlySet<Session> {
    return this.laneOwners;
  }

  /** By channel name. */
  subscriptionsOf(session: Session): ReadonlyMap<string, MergeSubscription> {
    return this.bySession.get(session) ?? NONE;
  }

  find(name: string): MergeChannel | undefined {
    return this.channels.get(name);
  }

  /** Subscribing again replaces the mode; what waited in the old one is dropped, as a snapshot comes with the reply. */
  subscribe(name: string, session: Session, mode: SubscriptionMode): void {
    this.unsubscribe(name, session);
    if (session.isClosed) {
      // Its connection ended while the command ran: nobody would take it out again.
      return;
    }
    let channel = this.channels.get(name);
    if (channel === undefined) {
      channel = new MergeChannel(name);
      this.channels.set(name, channel);
    }
    const subscription = new MergeSubscription(session, channel, mode);
    channel.subscriptions.add(subscription);
    this.bySession.set(session, (this.bySession.get(session) ?? new Map()).set(name, subscription));
    if (mode === 'all') {
      channel.followers.add(subscription);
    } else {
      session.lane.add(channel);
      this.laneOwners.add(session);
    }
  }

  unsubscribe(name: string, session: Session): void {
    const subscriptions = this.bySession.get(session);
    const subscription = subscriptions?.get(name);
    if (subscriptions === undefined || subscription === undefined) {
      return;
    }
    this.leave(subscription);
    subscriptions.delete(name);
    if (subscriptions.size === 0) {
      this.bySession.delete(session);
    }
    if (subscription.mode === 'all') {
      session.outbox.forget(subscription);
    } else {
      this.metrics.hot.conflated += session.lane.remove(subscription.channel);
    }
    if (session.lane.isEmpty) {
      this.laneOwners.delete(session);
    }
  }

  /** What waits in the outbox of the session stays there: it is not flushed again. */
  unsubscribeAll(session: Session): void {
    this.subscriptionsOf(session).forEach((subscription) => this.leave(subscription));
    this.bySession.delete(session);
    this.metrics.hot.conflated += session.lane.clear();
    this.laneOwners.delete(session);
  }

  private leave(subscription: MergeSubscription): void {
    const { channel } = subscription;
    channel.subscriptions.delete(subscription);
    channel.followers.delete(subscription);
    if (channel.subscriptions.size === 0) {
      this.channels.delete(channel.name);
    }
  }
}

const NONE: ReadonlyMap<string, MergeSubscription> = new Map();
