import { Injectable } from '@nestjs/common';
import { Metrics } from '../observability/metrics.js';
import { Broker, type LogPublication, type MergePublication } from '../ports/broker.port.js';
import type { Codec } from '../protocol/codec.js';
import { Flusher } from './flusher.js';
import { LogChannels } from './log-channels.js';
import { MergeChannels } from './merge-channels.js';
import type { Session } from './session.js';

/** Publications of the broker into the outboxes of this node, encoded once per codec and not per session. */
@Injectable()
export class FanOut {
  constructor(
    broker: Broker,
    private readonly logs: LogChannels,
    private readonly merges: MergeChannels,
    private readonly flusher: Flusher,
    private readonly metrics: Metrics,
  ) {
    broker.receive((publication) => {
      if (publication.kind === 'log') {
        this.deliverLog(publication);
      } else {
        this.deliverMerge(publication);
      }
    });
  }

  private deliverLog(publication: LogPublication): void {
    let codec: Codec | undefined;
    let frame: Uint8Array | undefined;
    const others = new Map<Codec, Uint8Array>();
    const isExcepted = publication.except && exceptionTest(publication.except);
    for (const channel of publication.channels) {
      for (const session of this.logs.subscribersOf(channel)) {
        if (isExcepted?.(session)) {
          continue;
        }
        if (session.codec !== codec || frame === undefined) {
          codec = session.codec;
          frame = others.get(codec) ?? codec.encodePush(publication.event, publication.data);
          others.set(codec, frame);
        }
        session.enqueue(frame);
      }
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

/** Sets, since an update to everybody may leave out many. */
function exceptionTest(except: NonNullable<LogPublication['except']>): (session: Session) => boolean {
  const users = new Set(except.users);
  const sessions = new Set(except.sessions);
  return ({ id, principal }) => sessions.has(id) || (principal !== undefined && users.has(principal.userId));
}
