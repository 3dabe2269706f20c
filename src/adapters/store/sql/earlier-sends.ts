import { type Kysely, sql } from 'kysely';
import type { ChatMessage } from '../../../protocol/chat.js';
import type { RepeatOutcome, SendIdentity } from '../../../ports/message-store.port.js';
import type { SendKeyRow } from './chat.tables.js';
import { messageOf } from './entry-rows.js';
import type { Schema } from './schema.js';
import { sendKey } from './send-key.js';

/** What an earlier send with the same key became. */
export interface EarlierSend {
  readonly fingerprint: string;
  readonly message: ChatMessage;
}

type Send = Pick<SendIdentity, 'room' | 'from' | 'clientMsgId' | 'to'>;

/** Those of `sends` that are stored already, by `sendKey`, with their messages as they stand now. */
export async function earlierSends(
  db: Kysely<Schema>,
  sends: readonly Send[],
): Promise<ReadonlyMap<string, EarlierSend>> {
  const byKey = new Map(sends.map((send) => [sendKey(send.room, send.from, send.clientMsgId), send]));
  const keys = await db
    .selectFrom('send_key')
    .selectAll()
    .where('key', 'in', [...byKey.keys()])
    .execute();
  const kept = await messagesAt(db, keys);
  return new Map(
    keys.map((row) => {
      const message = kept.get(placeOf(row)) ?? trimmed(row, byKey.get(row.key) as Send);
      return [row.key, { fingerprint: row.fingerprint, message }];
    }),
  );
}

/** What a send with the key of an earlier one is told: its answer, if it is the same send. */
export function answerToRepeat(earlier: EarlierSend, fingerprint: string): RepeatOutcome {
  return earlier.fingerprint === fingerprint
    ? { outcome: 'duplicate', message: earlier.message }
    : { outcome: 'conflict' };
}

async function messagesAt(
  db: Kysely<Schema>,
  keys: readonly SendKeyRow[],
): Promise<ReadonlyMap<string, ChatMessage>> {
  if (keys.length === 0) {
    return new Map();
  }
  const places = sql.join(keys.map(({ room, seq }) => sql`(${room}, cast(${seq} as bigint))`));
  const rows = await db
    .selectFrom('entry')
    .selectAll()
    .where(sql<boolean>`(room, seq) in (values ${places})`)
    .execute();
  return new Map(rows.map((row) => [placeOf(row), messageOf(row)]));
}

const placeOf = ({ room, seq }: { room: string; seq: number }): string => `${room}\n${seq}`;

/** The message of a key that has outlived its entry: what it said is gone. */
function trimmed(row: SendKeyRow, { from, clientMsgId, to }: Send): ChatMessage {
  return {
    type: 'message',
    room: row.room,
    seq: row.seq,
    id: row.id,
    from,
    clientMsgId,
    time: row.time,
    ...(to !== undefined && { to }),
    body: null,
  };
}
