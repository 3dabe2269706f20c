import { Injectable, Logger } from '@nestjs/common';
import { LogOrder, type NumberedPublication } from '../../hub/log-order.js';
import { Publisher } from '../../hub/publisher.js';
import { stackFramesOf } from '../../observability/stack-frames.js';
import { MessageStore } from '../../ports/message-store.port.js';
import { RoomStore } from '../../ports/room-store.port.js';
import { chatChannel, roomOf, userChannel } from '../../protocol/channel.js';
import { PUSH_OF_ENTRY, type RoomEntry } from '../../protocol/chat.js';
import { isDirectRoomId } from './direct-room.js';

/** Entries read at once to close a gap. */
const REPAIR_PAGE = 200;

/** Direct rooms whose users are remembered. */
const MAX_REMEMBERED = 10_000;

/**
 * Committed entries of rooms into their channels, and from the store again where a publication was lost. Everybody in
 * the room gets them; of direct rooms both users on every device, joined or not.
 */
@Injectable()
export class RoomFeed {
  private readonly logger = new Logger('RoomFeed');
  private readonly peers = new Map<string, readonly string[]>();

  constructor(
    private readonly publisher: Publisher,
    private readonly rooms: RoomStore,
    private readonly messages: MessageStore,
    order: LogOrder,
  ) {
    order.readFrom((log, since) => this.readAfter(roomOf(log), since));
  }

  /** `exceptSession` has the entry from the reply to its command. */
  publish(entry: RoomEntry, exceptSession?: string): void {
    const peers = directPeersOf(entry) ?? this.peers.get(entry.room);
    if (peers === undefined) {
      void this.publishLater(entry, exceptSession);
    } else {
      this.send(entry, peers, exceptSession);
    }
  }

  private async publishLater(entry: RoomEntry, exceptSession: string | undefined): Promise<void> {
    try {
      this.send(entry, await this.peersOf(entry.room), exceptSession);
    } catch (error) {
      // Read from the store when the next entry shows the gap.
      this.logger.error('publishing failed', stackFramesOf(error));
    }
  }

  private send(entry: RoomEntry, peers: readonly string[], exceptSession: string | undefined): void {
    const except = exceptSession === undefined ? {} : { except: { users: [], sessions: [exceptSession] } };
    this.publisher
      .publish({ ...publicationOf(entry, peers), ...except })
      .catch((error: unknown) => this.logger.error('publishing failed', stackFramesOf(error)));
  }

  private async readAfter(room: string, since: number): Promise<readonly NumberedPublication[] | undefined> {
    const page = await this.messages.page(room, { since, limit: REPAIR_PAGE });
    const peers = await this.peersOf(room);
    return page?.messages.map((entry) => ({ kind: 'log', ...publicationOf(entry, peers) }));
  }

  /** They never change, so that asking once is enough. */
  private async peersOf(room: string): Promise<readonly string[]> {
    if (!isDirectRoomId(room)) {
      return [];
    }
    let peers = this.peers.get(room);
    if (peers === undefined) {
      peers = (await this.rooms.find(room))?.peers ?? [];
      const [oldest] = this.peers.keys();
      if (this.peers.size >= MAX_REMEMBERED && oldest !== undefined) {
        this.peers.delete(oldest);
      }
      this.peers.set(room, peers);
    }
    return peers;
  }
}

/** Whom the entry itself names; undefined where the store must be asked: revisions in direct rooms name nobody. */
function directPeersOf(entry: RoomEntry): readonly string[] | undefined {
  if (!isDirectRoomId(entry.room)) {
    return [];
  }
  return entry.type === 'message' && entry.to !== undefined ? [entry.from, entry.to] : undefined;
}

function publicationOf(entry: RoomEntry, peers: readonly string[]): Omit<NumberedPublication, 'kind'> {
  // Who was added is not in the room yet, and who is gone has `chat.left`.
  const isInvitation = entry.type === 'member' && entry.action === 'added';
  const users = isInvitation ? [...peers, entry.user] : peers;
  return {
    channels: users.map(userChannel),
    event: PUSH_OF_ENTRY[entry.type],
    data: entry,
    position: { log: chatChannel(entry.room), seq: entry.seq },
  };
}
