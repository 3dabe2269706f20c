import { type ChatMetric, type ChatSize, driveChat } from '../load/drive-chat.js';
import {
  postgresOneByOnePeer,
  postgresPeer,
  sqliteOneByOnePeer,
  sqlitePeer,
} from '../peers/tidegate-stores.peer.js';
import { ACK_COLUMNS, ACK_P99, DELIVERED, MACHINE_COLUMNS } from '../report/chat-columns.js';
import { chatNotes } from '../report/chat-notes.js';
import { count } from '../report/format.js';
import type { Scenario } from './scenario.js';

const SENDERS = 64;
const READERS = 8;
const SIZE: ChatSize = { clients: READERS + SENDERS, senders: SENDERS, warmUpMs: 3000, measuredMs: 4000 };

/** Messages that are committed together against one commit a message, on both stores. */
export const chatScenario: Scenario<ChatMetric> = {
  name: 'chat',
  title: `Chat: ${SENDERS} senders and ${READERS} readers in one room, every message durable`,
  peers: [sqlitePeer, sqliteOneByOnePeer, postgresPeer, postgresOneByOnePeer],
  baselines: [sqliteOneByOnePeer, postgresOneByOnePeer],
  cases: [
    {
      name: 'chat',
      title: `${SENDERS} senders who wait for each acknowledgement`,
      bars: [
        { peer: sqlitePeer, over: sqliteOneByOnePeer, atLeast: 3 },
        { peer: postgresPeer, over: postgresOneByOnePeer, atLeast: 3 },
      ],
      ceilings: [{ peer: sqlitePeer, column: ACK_P99, atMost: 25 }],
    },
  ],
  primary: { metric: 'messagesPerSecond', title: 'acknowledged messages/s', format: count },
  columns: [
    { metric: 'messagesPerCpuSecond', title: 'per server CPU-second', format: count },
    ...ACK_COLUMNS,
    DELIVERED,
    ...MACHINE_COLUMNS,
  ],
  isPinned: false,
  hardTimeoutMs: 60_000,
  drive: (context) => driveChat(context, SIZE),
  describe: () => [
    `"One by one" is the same gateway with \`STORE_COMMIT_BATCH=1\`: one commit for every message. ${chatNotes(SIZE)}`,
  ],
};
