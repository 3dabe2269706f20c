import type { RoomEntry } from '../../src/protocol/chat.js';
import { testToken } from '../harness/test-token.js';
import { ChatLink } from './chat-link.js';
import type { History } from './history.js';

const PAGE = 100;

/** The whole log of each room, paged by one of its users; `readers` has a user by room. */
export async function readLogs(
  url: string,
  readers: ReadonlyMap<string, string>,
  history: History,
): Promise<Map<string, readonly RoomEntry[]>> {
  const logs = new Map<string, readonly RoomEntry[]>();
  for (const [room, user] of readers) {
    const session = { device: `reader-of-${room}`, user, connection: 1 };
    const link = new ChatLink(url, testToken({ sub: user }), session, history, () => {});
    await link.opened;
    logs.set(room, await readLog(link, room));
    link.cut('ended');
    await link.closed;
  }
  return logs;
}

async function readLog(link: ChatLink, room: string): Promise<readonly RoomEntry[]> {
  const entries: RoomEntry[] = [];
  for (;;) {
    const ending = await link.request('chat.history', { room, since: entries.at(-1)?.seq ?? 0, limit: PAGE });
    if (ending.outcome !== 'ok') {
      throw new Error(`${room} could not be read: ${JSON.stringify(ending)}`);
    }
    entries.push(...ending.reply.messages);
    if (!ending.reply.more || ending.reply.messages.length === 0) {
      return entries;
    }
  }
}
