import { PROBE_BYTES, PROBE_WRITES } from '../load/probe-disk.js';
import type { ChatSize } from '../load/drive-chat.js';
import { MESSAGE_BYTES } from '../load/bench-message.js';
import { databaseFolder } from './database-folder.js';

/** How the chat scenarios measure, in Markdown. */
export function chatNotes({ senders, warmUpMs, measuredMs }: ChatSize): string {
  return (
    `Every client has a user and a connection of its own and has joined the one room. ${senders} of them send messages of ` +
    `${MESSAGE_BYTES} bytes, each the next one when the one before is acknowledged, which is after its commit; acks are timed ` +
    'from the send to the read of the reply. Checked without exception: every acknowledged message reaches every other client ' +
    'once and in the order of the room, and the log read at the end holds these messages and no others. Each measurement runs ' +
    `for ${measuredMs / 1000} s after ${warmUpMs / 1000} s of warm-up, in new processes, on an empty database in ${databaseFolder()}. ` +
    'Processes are not pinned: gateway, database and load share all cores. CPU is in shares of one core; a SQLite thread ' +
    `counts as server. fsync is the median of ${PROBE_WRITES} times write ${PROBE_BYTES / 1024} KiB + fsync, just before the measurement.`
  );
}
