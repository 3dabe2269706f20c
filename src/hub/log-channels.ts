import { Injectable } from '@nestjs/common';
import { Attachment } from './attachment.js';
import type { Session } from './session.js';

const NOBODY: ReadonlySet<Session> = new Set();
const NONE: ReadonlySet<Attachment> = new Set();

/** Who subscribes which log channel on this node. */
@Injectable()
export class LogChannels {
  private readonly subscribers = new Map<string, Set<Session>>();
  private readonly attachments = new Map<string, Set<Attachment>>();

  /** How many sessions the channel has afterwards. */
  subscribe(channel: string, session: Session): number {
    return entry(this.subscribers, channel).add(session).size;
  }

  /** How many sessions the channel has afterwards. */
  unsubscribe(channel: string, session: Session): number {
    return remove(this.subscribers, channel, session);
  }

  subscribersOf(channel: string): ReadonlySet<Session> {
    return this.subscribers.get(channel) ?? NOBODY;
  }

  /**
   * Subscribes a numbered channel in two steps, so that a reader of its history misses nothing and gets nothing twice:
   * what is published from now on is held until `release`.
   */
  attach(channel: string, session: Session): Attachment {
    const attachment = new Attachment(session, {
      release: () => {
        this.detach(channel, attachment);
        if (!session.isClosed) {
          this.subscribe(channel, session);
          session.joinedChannels.add(channel);
        }
      },
      cancel: () => this.detach(channel, attachment),
    });
    entry(this.attachments, channel).add(attachment);
    return attachment;
  }

  attachmentsOf(channel: string): ReadonlySet<Attachment> {
    return this.attachments.get(channel) ?? NONE;
  }

  /** Subscribes for as long as the session lives or until `leave`. */
  join(channel: string, session: Session): void {
    if (!session.isClosed) {
      this.subscribe(channel, session);
      session.joinedChannels.add(channel);
    }
  }

  leave(channel: string, session: Session): void {
    if (session.joinedChannels.delete(channel)) {
      this.unsubscribe(channel, session);
    }
  }

  leaveAll(session: Session): void {
    session.joinedChannels.forEach((channel) => this.unsubscribe(channel, session));
    session.joinedChannels.clear();
  }

  private detach(channel: string, attachment: Attachment): void {
    remove(this.attachments, channel, attachment);
  }
}

function entry<Value>(map: Map<string, Set<Value>>, channel: string): Set<Value> {
  let values = map.get(channel);
  if (values === undefined) {
    values = new Set();
    map.set(channel, values);
  }
  return values;
}

function remove<Value>(map: Map<string, Set<Value>>, channel: string, value: Value): number {
  const values = map.get(channel);
  if (values === undefined) {
    return 0;
  }
  values.delete(value);
  if (values.size === 0) {
    map.delete(channel);
  }
  return values.size;
}
