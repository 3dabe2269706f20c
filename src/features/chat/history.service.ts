import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import type { Session } from '../../hub/session.js';
import { MessageStore, type PageRequest } from '../../ports/message-store.port.js';
import { type Room, RoomStore } from '../../ports/room-store.port.js';
import type { JoinReply, NotRecovered, RoomEntry, RoomPage } from '../../protocol/chat.js';
import { CommandRefused } from '../../protocol/reply-errors.js';
import { Seats } from './seats.js';

const DEFAULT_LIMIT = 32;

/** A page beyond this is cut, so that one reply never fills the queue of a connection. */
const MAX_PAGE_BYTES = 262_144;

type Page = RoomPage & { readonly epoch: number };

/** Where a client stands that comes back. */
export interface ResumePoint {
  /** The last `seq` the client has. */
  readonly since?: number | undefined;
  readonly epoch?: number | undefined;
  readonly limit?: number | undefined;
}

/** Stretches of a room's log, for readers who may have them. */
@Injectable()
export class HistoryService {
  constructor(
    private readonly config: AppConfig,
    private readonly messages: MessageStore,
    private readonly rooms: RoomStore,
    private readonly seats: Seats,
  ) {}

  async page(session: Session, room: string, request: Partial<PageRequest>): Promise<Page> {
    if (this.seats.find(session, room) === undefined) {
      const member = await this.rooms.member(room, session.principal!.userId);
      if (member === undefined || !member.isActive) {
        throw new CommandRefused('forbidden');
      }
    }
    const page = await this.pageAsSystem(room, request);
    if (page === undefined) {
      throw new CommandRefused('forbidden');
    }
    return page;
  }

  /** For the back office, whose rights were checked before. Undefined: no such room. */
  async pageAsSystem(room: string, request: Partial<PageRequest>): Promise<Page | undefined> {
    const page = await this.messages.page(room, { ...request, limit: request.limit ?? DEFAULT_LIMIT });
    return page && cut(page, request.since !== undefined);
  }

  /**
   * Exactly what followed `since`, or the newest page and why it is not that. Without `epoch`, `recovered` says no more
   * than was asked: these followed that number, in a log that may have started anew since.
   */
  async resume(
    room: Room,
    { since, epoch, limit = DEFAULT_LIMIT }: ResumePoint,
  ): Promise<Page & Pick<JoinReply, 'recovered' | 'reason'>> {
    if (since === undefined) {
      return { ...(await this.newest(room, limit)), recovered: false };
    }
    const page = await this.messages.page(room.id, { since, limit: this.config.chat.maxRecoveryMessages });
    if (page === undefined) {
      throw new CommandRefused('forbidden');
    }
    // Epoch, `first` and `head` of the page's own snapshot: the room read before may have been made anew or trimmed.
    if (epoch !== undefined && epoch !== page.epoch) {
      return await this.startAnew(room, limit, 'epoch');
    }
    if (since > page.head) {
      return await this.startAnew(room, limit, 'ahead');
    }
    if (since < page.first - 1) {
      return await this.startAnew(room, limit, 'trimmed');
    }
    if (page.more || sizeOf(page.messages) > MAX_PAGE_BYTES) {
      return await this.startAnew(room, limit, 'tooMany');
    }
    return { ...page, recovered: true };
  }

  private async startAnew(
    room: Room,
    limit: number,
    reason: NotRecovered,
  ): Promise<Page & Pick<JoinReply, 'recovered' | 'reason'>> {
    return { ...(await this.newest(room, limit)), recovered: false, reason };
  }

  private async newest(room: Room, limit: number): Promise<Page> {
    const page = await this.messages.page(room.id, { limit });
    if (page === undefined) {
      throw new CommandRefused('forbidden');
    }
    return cut(page, false);
  }
}

/** Drops entries at the far end until the page fits: at least one stays, or nobody would ever get past it. */
function cut(page: Page, isForward: boolean): Page {
  let bytes = sizeOf(page.messages);
  const messages = [...page.messages];
  while (bytes > MAX_PAGE_BYTES && messages.length > 1) {
    bytes -= bytesOf(isForward ? messages.pop()! : messages.shift()!);
  }
  return messages.length === page.messages.length ? page : { ...page, messages, more: true };
}

const sizeOf = (entries: readonly RoomEntry[]): number =>
  entries.reduce((sum, entry) => sum + bytesOf(entry), 0);

/** Near enough: the body, `meta` and what surrounds them. */
function bytesOf(entry: RoomEntry): number {
  const body = 'body' in entry && entry.body !== null ? Buffer.byteLength(entry.body) : 0;
  const meta = 'meta' in entry ? JSON.stringify(entry.meta).length : 0;
  return body + meta + 256;
}
