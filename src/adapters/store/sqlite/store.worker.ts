import { parentPort, workerData } from 'node:worker_threads';
import { sql } from 'kysely';
import { StoreRefused } from '../../../ports/store-refused.js';
import { createSqlStores } from '../sql/sql-stores.js';
import { ExitGate } from './exit-gate.js';
import { openDatabase } from './open-database.js';
import { toWire } from './sqlite-error.js';
import type { BootReport, ThreadData, ThreadReply, ThreadRequest } from './worker-messages.js';

type Target = Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>;

// The thread that holds the one connection: a commit waits for the disk here, and the gateway goes on.
const port = parentPort!;

try {
  const targets = await open(workerData as ThreadData);
  port.on('message', (request: ThreadRequest) => void answer(targets, request));
  report({ boot: 'ready' });
} catch (error) {
  report(
    error instanceof StoreRefused
      ? { boot: 'refused', sentence: error.message }
      : { boot: 'failed', error: toWire(error) },
  );
}

async function open({ file, gate }: ThreadData): Promise<Readonly<Record<string, Target>>> {
  const db = await openDatabase(file, new ExitGate(gate));
  return {
    ...(createSqlStores(db, 'sqlite') as unknown as Record<string, Target>),
    engine: {
      ping: () => sql`select 1`.execute(db).then(() => undefined),
      close: async () => {
        // Nothing else keeps the thread, which ends once its answer is sent.
        port.unref();
        try {
          // Leaves one file that can be copied as it is.
          await sql`pragma wal_checkpoint(truncate)`.execute(db);
        } catch {
          // On a full disk the log stays; the next boot reads it.
        }
        await db.destroy();
      },
    },
  };
}

async function answer(
  targets: Readonly<Record<string, Target>>,
  { id, store, method, args }: ThreadRequest,
): Promise<void> {
  try {
    reply({ id, value: await targets[store]![method]!(...args) });
  } catch (error) {
    reply({ id, error: toWire(error) });
  }
}

function report(message: BootReport): void {
  port.postMessage(message);
}

function reply(message: ThreadReply): void {
  port.postMessage(message);
}
