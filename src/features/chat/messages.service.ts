import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import type { Session } from '../../hub/session.js';
import { Metrics } from '../../observability/metrics.js';
import { Clock } from '../../ports/clock.port.js';
import { type AppendOutcome, MessageStore, type NewMessage } from '../../ports/message-store.port.js';
import { PublishPolicy } from '../../ports/publish-policy.port.js';
import { StoreUnavailable } from '../../ports/store-unavailable.js';
import type { ChatMessage, SendReply } from '../../protocol/chat.js';
import type { NewMessageData, RoomOrPeer } from '../../protocol/commands.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { directRoomWith, isDirectRoomId } from './direct-room.js';
import { RoomFeed } from './room-feed.js';
import { Seats } from './seats.js';
import { SendLimits } from './send-limits.js';
import { TypingService } from './typing.service.js';
import { UnsettledSends } from './unsettled-sends.js';

/** Sends messages. The answer means that the message is committed; the room hears of it afterwards. */
@Injectable()
export class MessagesService {
  constructor(
    private readonly config: AppConfig,
    private readonly messages: MessageStore,
    private readonly policy: PublishPolicy,
    private readonly seats: Seats,
    private readonly limits: SendLimits,
    private readonly feed: RoomFeed,
    private readonly unsettled: UnsettledSends,
    private readonly typing: TypingService,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
  ) {}

  async send(session: Session, { room, to }: RoomOrPeer, data: NewMessageData): Promise<SendReply> {
    const from = session.principal!.userId;
    const draft = this.draft(to === undefined ? room! : directRoomWith(from, to), from, data, to);
    const seat = this.seats.find(session, draft.room);
    // The peers of a direct room need not join it; the store knows them.
    const isSeated = (seat !== undefined && seat.isPending !== true) || isDirectRoomId(draft.room);
    const refusal = isSeated
      ? this.limits.refusalOf(from, draft.room, seat)
      : new CommandRefused('forbidden');
    if (refusal !== undefined) {
      return await this.repeatOr(refusal, draft);
    }
    let outcome;
    try {
      outcome = await this.judgeAndAppend(draft);
    } catch (error) {
      this.limits.giveBack(from, draft.room);
      throw error;
    }
    if (outcome.outcome !== 'stored') {
      this.limits.giveBack(from, draft.room);
    }
    const reply = this.replyOf(outcome, data.body);
    if ('message' in outcome && this.isNews(outcome)) {
      this.typing.stop(session, draft.room);
      // Nobody, on any connection of this room, sees a later message before the sender has this answer.
      session.afterReply(() => this.feed.publish(outcome.message, session.id));
    }
    return reply;
  }

  /** A message of the back office: no membership, no limits, no policy. */
  async sendAsSystem(room: string, from: string, data: NewMessageData): Promise<SendReply> {
    const outcome = await this.append({ ...this.draft(room, from, data), isSystem: true });
    const reply = this.replyOf(outcome, data.body);
    if ('message' in outcome && this.isNews(outcome)) {
      this.feed.publish(outcome.message);
    }
    return reply;
  }

  private draft(room: string, from: string, data: NewMessageData, to?: string): NewMessage {
    const { clientMsgId, body, meta } = data;
    if (Buffer.byteLength(body) > this.config.chat.maxBodyBytes) {
      throw new CommandRefused('too_large');
    }
    const { webhook } = this.config;
    const time = this.clock.epochMs();
    return {
      room,
      from,
      to,
      clientMsgId,
      id: randomUUID(),
      time,
      body,
      sentBody: body,
      meta,
      isSystem: false,
      notifyAt: webhook.url === undefined ? undefined : time + webhook.delayMs,
    };
  }

  /** A repeated send is answered like the first, however fast it comes and whatever became of its sender. */
  private async repeatOr(refusal: CommandRefused, draft: NewMessage): Promise<SendReply> {
    return this.replyOf(await this.earlierOr(refusal, draft), draft.sentBody);
  }

  private async earlierOr(refusal: CommandRefused, draft: NewMessage): Promise<AppendOutcome> {
    const earlier = await this.messages.findSend(draft);
    if (earlier === undefined) {
      this.metrics.chatSends.inc({ outcome: refusal.code });
      throw refusal;
    }
    return earlier;
  }

  private async judgeAndAppend(draft: NewMessage): Promise<AppendOutcome> {
    const { room, from, to, body, meta } = draft;
    let verdict;
    try {
      verdict = await this.policy.judge({ room, from, to, body, meta });
    } catch (error) {
      return await this.earlierOr(new CommandRefused('unavailable', undefined, { cause: error }), draft);
    }
    if (verdict.action === 'refuse') {
      return await this.earlierOr(new CommandRefused('refused'), draft);
    }
    return await this.append(verdict.action === 'rewrite' ? { ...draft, body: verdict.body } : draft);
  }

  private async append(message: NewMessage): Promise<AppendOutcome> {
    try {
      return await this.messages.append(message);
    } catch (error) {
      this.metrics.chatSends.inc({ outcome: 'unavailable' });
      if (error instanceof StoreUnavailable && error.isOutcomeUnknown) {
        this.unsettled.add(message);
      }
      throw error;
    }
  }

  private replyOf(outcome: AppendOutcome, sentBody: string): SendReply {
    this.metrics.chatSends.inc({ outcome: outcome.outcome });
    switch (outcome.outcome) {
      case 'stored':
        return sendReply(outcome.message, false, sentBody);
      case 'duplicate':
        return sendReply(outcome.message, true, sentBody);
      case 'conflict':
        throw new CommandRefused('id_conflict');
      case 'muted':
        throw new CommandRefused('muted', retryAfter(outcome.until, this.clock.epochMs()));
      default:
        throw new CommandRefused('forbidden');
    }
  }

  /** A duplicate is no news, unless its first attempt was left open by a store that went away. */
  private isNews(outcome: { readonly outcome: string; readonly message: ChatMessage }): boolean {
    return outcome.outcome === 'stored' || this.unsettled.settle(outcome.message);
  }
}

function sendReply(
  { room, seq, id, time, body }: ChatMessage,
  duplicate: boolean,
  sentBody: string,
): SendReply {
  return { room, seq, id, time, duplicate, ...(body !== null && body !== sentBody && { body }) };
}

function retryAfter(until: number | undefined, now: number): { retryAfterMs?: number } {
  return until === undefined ? {} : { retryAfterMs: Math.max(0, until - now) };
}
