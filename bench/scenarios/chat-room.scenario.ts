import { type ChatMetric, type ChatSize, driveChat } from '../load/drive-chat.js';
import { postgresPeer, sqlitePeer } from '../peers/tidegate-stores.peer.js';
import { ACK_COLUMNS, DELIVERED, DELIVERIES_PER_SECOND, MACHINE_COLUMNS } from '../report/chat-columns.js';
import { chatNotes } from '../report/chat-notes.js';
import { count } from '../report/format.js';
import type { Scenario } from './scenario.js';

const SIZE: ChatSize = { clients: 1000, senders: 64, warmUpMs: 3000, measuredMs: 4000 };

/** A crowded room: what a delivery costs when messages come from everywhere at once. */
export const chatRoomScenario: Scenario<ChatMetric> = {
  name: 'chat-room',
  title: `Chat: a room of ${count(SIZE.clients)}, ${SIZE.senders} of whom send`,
  peers: [sqlitePeer, postgresPeer],
  baselines: [],
  cases: [{ name: 'chat-room', title: `${count(SIZE.clients)} clients in one room`, bars: [] }],
  primary: { metric: 'deliveriesPerCpuSecond', title: 'deliveries per server CPU-second', format: count },
  columns: [
    DELIVERIES_PER_SECOND,
    { metric: 'messagesPerSecond', title: 'messages/s', format: count },
    ...ACK_COLUMNS,
    DELIVERED,
    ...MACHINE_COLUMNS,
  ],
  isPinned: false,
  hardTimeoutMs: 60_000,
  drive: (context) => driveChat(context, SIZE),
  describe: () => [chatNotes(SIZE)],
};
