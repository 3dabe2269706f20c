import { Injectable } from '@nestjs/common';
import type { SubscriptionMode } from '../protocol/commands.js';
import { MergeChannel, MergeSubscription } from './merge-channel.js';
import type { MergeSlot } from './outbox.js';
import type { Session } from './session.js';

/** The merge channels that somebody on this node subscribes. */
@Injectable()
export class MergeChannels {
  private readonly channels = new Map<string, MergeChannel>();

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
    session.subscriptions.set(name, subscription);
  }

  unsubscribe(name: string, session: Session): void {
    const subscription = session.subscriptions.get(name);
    if (subscription === undefined) {
      return;
    }
    session.subscriptions.delete(name);
    session.outbox.forget(subscription);
    this.leave(name, subscription);
  }

  unsubscribeAll(session: Session): void {
    session.subscriptions.forEach((subscription, name) => this.leave(name, subscription));
    session.subscriptions.clear();
  }

  private leave(name: string, subscription: MergeSlot): void {
    const channel = this.channels.get(name);
    if (channel?.leave(subscription) === 0) {
      this.channels.delete(name);
    }
  }
}
