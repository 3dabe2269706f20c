import type { Kysely } from 'kysely';
import type { ChatDeletion, ChatEdit, RoomPage } from '../../../protocol/chat.js';
import type {
  AppendOutcome,
  MessageStore,
  NewMessage,
  PageRequest,
  RepeatOutcome,
  ReviseOutcome,
  Revision,
  SendIdentity,
} from '../../../ports/message-store.port.js';
import { appendMessages } from './append-messages.js';
import { answerToRepeat, earlierSends } from './earlier-sends.js';
import type { Engine } from './engine.js';
import { type Retention, trimAll } from './retention.js';
import { deleteMessage, editMessage } from './revision.js';
import { readPage } from './room-page.js';
import type { Schema } from './schema.js';
import { fingerprintOf, sendKey } from './send-key.js';

/** The logs of rooms in SQL. Whoever gathers single appends into batches calls `appendAll`. */
export class SqlMessageStore implements Omit<MessageStore, 'append'> {
  constructor(
    private readonly db: Kysely<Schema>,
    private readonly engine: Engine,
  ) {}

  /** One commit for all. The outcomes are in the order of `messages`, at most 1,000 of them. */
  async appendAll(messages: readonly NewMessage[]): Promise<AppendOutcome[]> {
    return messages.length === 0
      ? []
      : this.db.transaction().execute((tx) => appendMessages(tx, this.engine, messages));
  }

  async findSend(send: SendIdentity): Promise<RepeatOutcome | undefined> {
    const sends = await earlierSends(this.db, [send]);
    const earlier = sends.get(sendKey(send.room, send.from, send.clientMsgId));
    return earlier && answerToRepeat(earlier, fingerprintOf(send));
  }

  edit(revision: Revision & { readonly body: string }): Promise<ReviseOutcome<ChatEdit>> {
    return this.db.transaction().execute((tx) => editMessage(tx, this.engine, revision));
  }

  delete(revision: Revision): Promise<ReviseOutcome<ChatDeletion>> {
    return this.db.transaction().execute((tx) => deleteMessage(tx, this.engine, revision));
  }

  page(room: string, request: PageRequest): Promise<(RoomPage & { readonly epoch: number }) | undefined> {
    return readPage(this.db, room, request);
  }

  trim(retention: Retention): Promise<number> {
    return trimAll(this.db, this.engine, retention);
  }
}
