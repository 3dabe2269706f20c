import { Injectable } from '@nestjs/common';
import { Hub } from '../../hub/hub.js';
import { Clock } from '../../ports/clock.port.js';
import type { HookJob } from '../../ports/hook-queue.port.js';
import { MessageStore } from '../../ports/message-store.port.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { UpdateStore } from '../../ports/update-store.port.js';
import type { ChatOffline, UpdateOffline, WebhookEvent } from '../../ports/webhook.port.js';
import { messagePreview } from './message-preview.js';

/** Users looked at for one call, and so the most it names. */
const PAGE_SIZE = 1000;

/** One call of a job; `id` stays the same however often it is made. */
export interface OfflineCall {
  readonly id: string;
  readonly event: WebhookEvent;
}

/** Whom a job is about: those it concerns who, as of now, have no connection and have not seen its cause. */
@Injectable()
export class OfflineCalls {
  constructor(
    private readonly rooms: RoomStore,
    private readonly messages: MessageStore,
    private readonly updates: UpdateStore,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /** None when nobody is left to tell, or when the message or update is gone. Throws `StoreUnavailable`. */
  of(job: HookJob): AsyncGenerator<OfflineCall> {
    return job.kind === 'chat' ? this.ofMessage(job) : this.ofUpdate(job);
  }

  private async *ofMessage(job: HookJob): AsyncGenerator<OfflineCall> {
    const message = await this.findMessage(job.room!, job.seq!);
    if (message === undefined) {
      return;
    }
    const unread = this.pages(
      async (after) => (await this.rooms.members(message.room, after, PAGE_SIZE)) ?? [],
      ({ user, read }) => user !== message.from && read < message.seq,
    );
    yield* calls(job.id, unread, message);
  }

  private async *ofUpdate(job: HookJob): AsyncGenerator<OfflineCall> {
    const updateId = job.updateId!;
    const update = await this.updates.find(updateId);
    if (update === undefined || update.state !== 'sent' || update.expiresAt <= this.clock.epochMs()) {
      return;
    }
    // By pages of the named users, which stay: those of the unacknowledged shift while they shrink, and a repeated call
    // that the receiver drops by its id would take others with it.
    const unacked = this.pages(
      (after) => this.updates.users(updateId, after, PAGE_SIZE),
      ({ state, devices }) => state === 'open' && devices.every(({ ackedAt }) => ackedAt === undefined),
    );
    const event: Omit<UpdateOffline, 'recipients'> = {
      type: 'update.offline',
      time: update.sentAt ?? update.createdAt,
      updateId,
      event: update.event,
    };
    yield* calls(job.id, unacked, event);
  }

  private async findMessage(room: string, seq: number): Promise<Omit<ChatOffline, 'recipients'> | undefined> {
    const found = await this.rooms.find(room);
    const page = await this.messages.page(room, { since: seq - 1, limit: 1 });
    const [entry] = page?.messages ?? [];
    if (found === undefined || entry?.type !== 'message' || entry.seq !== seq || entry.body === null) {
      return undefined;
    }
    const { from, id, time, body } = entry;
    const preview = messagePreview(body);
    return { type: 'chat.message.offline', time, room, kind: found.kind, from, seq, id, preview };
  }

  private async *pages<Row extends { readonly user: string }>(
    read: (after: string) => Promise<readonly Row[]>,
    isConcerned: (row: Row) => boolean,
  ): AsyncGenerator<readonly string[]> {
    let rows: readonly Row[];
    let after = '';
    do {
      rows = await read(after);
      after = rows.at(-1)?.user ?? after;
      yield rows
        .filter((row) => isConcerned(row) && this.hub.sessionsOf(row.user).size === 0)
        .map(({ user }) => user);
    } while (rows.length === PAGE_SIZE);
  }
}

async function* calls(
  jobId: string,
  pages: AsyncIterable<readonly string[]>,
  about: Omit<ChatOffline, 'recipients'> | Omit<UpdateOffline, 'recipients'>,
): AsyncGenerator<OfflineCall> {
  let page = 0;
  for await (const recipients of pages) {
    if (recipients.length > 0) {
      yield { id: page === 0 ? jobId : `${jobId}.${page}`, event: { ...about, recipients } };
    }
    page += 1;
  }
}
