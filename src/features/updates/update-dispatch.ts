import { Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { Publisher } from '../../hub/publisher.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import type { OutgoingUpdate, UpdateTarget } from '../../ports/update-store.port.js';
import { ALL_CHANNEL, userChannel } from '../../protocol/channel.js';
import type { CommitWindow } from './commit-windows.js';
import { DeliveryRecords } from './delivery-records.js';
import { Recipients } from './recipients.js';
import { Redelivery } from './redelivery.js';
import { pushOf } from './update-push.js';

/** Named users that get an update at once; more of them take turns with other work. */
const MAX_AT_ONCE = 500;

/** Many get it, or it is in no hurry: it goes out beside other work, and after what does so already. */
export function isPaced({ isLow, target }: Pick<OutgoingUpdate, 'isLow' | 'target'>): boolean {
  return isLow || target.kind !== 'users' || target.users.length > MAX_AT_ONCE;
}

/** Sends what the store has committed to those who are connected. */
@Injectable()
export class UpdateDispatch {
  constructor(
    private readonly hub: Hub,
    private readonly publisher: Publisher,
    private readonly redelivery: Redelivery,
    private readonly records: DeliveryRecords,
    private readonly metrics: Metrics,
  ) {}

  /** Sends the update to every connection once; `window` is open since it was matched. */
  async send(update: OutgoingUpdate, window: CommitWindow): Promise<void> {
    const { id, delivery, target, except, expiresAt } = update;
    this.metrics.updatesSent.inc({ target: target.kind });
    const recipients = new Recipients(target, except, this.hub);
    const left = delivery === 'live' ? window.arrived : this.leave(update, recipients, window);
    const sessions = [...except.connections, ...Array.from(left, (session) => session.id)];
    await this.publisher.publish({
      channels: channelsOf(target),
      event: 'update',
      data: pushOf(update),
      expiresAt,
      receiptId: id,
      isPaced: isPaced(update),
      ...(target.kind === 'audience' && { audience: target.audience }),
      ...(sessions.length + except.users.length > 0 && { except: { users: except.users, sessions } }),
    });
  }

  /** Notes which devices a kept update reaches. Returns the sessions that get it from the store. */
  private leave(update: OutgoingUpdate, recipients: Recipients, window: CommitWindow): Set<Session> {
    const { id, target } = update;
    const given = window.givenTo(id);
    const unmatched = [...window.arrived].filter((session) => recipients.has(session) && !given.has(session));
    if (unmatched.length > 0) {
      this.records.add(id, { matched: unmatched.length });
    }
    for (const session of recipients.sessions()) {
      if (target.kind === 'users' || session.deviceId !== session.id) {
        this.records.reach(id, session);
      }
    }
    return new Set([...given, ...this.redelivery.hold(update, recipients)]);
  }
}

function channelsOf(target: UpdateTarget): string[] {
  return target.kind === 'users' ? [...new Set(target.users)].map(userChannel) : [ALL_CHANNEL];
}
