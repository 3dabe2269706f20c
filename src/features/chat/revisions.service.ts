import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import type { Session } from '../../hub/session.js';
import { Clock } from '../../ports/clock.port.js';
import { MessageStore, type ReviseOutcome, type Revision } from '../../ports/message-store.port.js';
import { PublishPolicy } from '../../ports/publish-policy.port.js';
import type { RoomEntry } from '../../protocol/chat.js';
import type { EntryReply } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { isDirectRoomId } from './direct-room.js';
import { RoomFeed } from './room-feed.js';
import { Seats } from './seats.js';
import { SendLimits } from './send-limits.js';
import { type RoomChange, UnsettledChanges } from './unsettled-changes.js';

/** Edits and deletes messages: each is an entry of its own in the room's log. */
@Injectable()
export class RevisionsService {
  constructor(
    private readonly config: AppConfig,
    private readonly messages: MessageStore,
    private readonly policy: PublishPolicy,
    private readonly seats: Seats,
    private readonly limits: SendLimits,
    private readonly feed: RoomFeed,
    private readonly unsettled: UnsettledChanges,
    private readonly clock: Clock,
  ) {}

  async edit(session: Session, room: string, target: number, body: string): Promise<EntryReply> {
    const revision = this.revision(session, room, target);
    if (Buffer.byteLength(body) > this.config.chat.maxBodyBytes) {
      throw new CommandRefused('too_large');
    }
    let verdict;
    try {
      verdict = await this.policy.judge({ room, from: revision.by, body });
    } catch (error) {
      throw new CommandRefused('unavailable', undefined, { cause: error });
    }
    if (verdict.action === 'refuse') {
      throw new CommandRefused('refused');
    }
    const allowed = verdict.action === 'rewrite' ? verdict.body : body;
    const outcome = await this.unsettled.watch(changeOf('edit', revision), () =>
      this.messages.edit({ ...revision, body: allowed }),
    );
    return this.finish(session, room, outcome);
  }

  async delete(session: Session, room: string, target: number): Promise<EntryReply> {
    return this.finish(session, room, await this.remove(this.revision(session, room, target)));
  }

  /** The back office deletes any message. */
  async deleteAsSystem(room: string, target: number, by: string): Promise<EntryReply> {
    const time = this.clock.epochMs();
    const outcome = await this.remove({ room, target, by, time, notBefore: 0, isSystem: true });
    return this.finish(undefined, room, outcome);
  }

  private remove(revision: Revision): Promise<ReviseOutcome<RoomEntry>> {
    return this.unsettled.watch(changeOf('deletion', revision), () => this.messages.delete(revision));
  }

  private revision(session: Session, room: string, target: number): Revision {
    const by = session.principal!.userId;
    if (this.seats.find(session, room) === undefined && !isDirectRoomId(room)) {
      throw new CommandRefused('forbidden');
    }
    // Each is an entry that the whole room gets, like a message. Slow mode is about new ones.
    const refusal = this.limits.refusalOf(by, room, undefined);
    if (refusal !== undefined) {
      throw refusal;
    }
    const time = this.clock.epochMs();
    const { editWindowSeconds } = this.config.chat;
    const notBefore = editWindowSeconds === 0 ? 0 : time - editWindowSeconds * 1000;
    return { room, target, by, time, notBefore, isSystem: false };
  }

  private finish(session: Session | undefined, room: string, outcome: ReviseOutcome<RoomEntry>): EntryReply {
    switch (outcome.outcome) {
      case 'revised': {
        const { entry } = outcome;
        if (session === undefined) {
          this.feed.publish(entry);
        } else {
          session.afterReply(() => this.feed.publish(entry, session.id));
        }
        return { room, seq: entry.seq };
      }
      case 'unchanged':
        return { room, seq: null };
      default:
        throw new CommandRefused(outcome.outcome);
    }
  }
}

function changeOf(type: 'edit' | 'deletion', { room, target, by, time }: Revision): RoomChange {
  return {
    room,
    isIt: (entry) =>
      entry.type === type && entry.target === target && entry.from === by && entry.time === time,
  };
}
