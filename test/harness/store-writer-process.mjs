// The embedded store in a process of its own, for tests that refuse it or kill it: `store-writer-process.mjs <file> <senders>`.
// Says `ready`, then `<clientMsgId> <seq>` for each acknowledged message; or why it was refused, and exits with 1.
import { randomUUID } from 'node:crypto';
import { openStore } from '../../dist/src/adapters/store/open-store.js';

const [file, senders] = process.argv.slice(2);

try {
  const engine = { kind: 'sqlite', file };
  const store = await openStore({ engine, commitBatch: 64, commitDelayMs: 2, poolSize: 1 });
  await store.rooms.create({ id: 'log', kind: 'public' }, Date.now());
  console.log('ready');
  process.on('SIGTERM', () => process.exit(3));
  for (let sender = 0; sender < Number(senders); sender += 1) {
    void send(store, `sender-${sender}`);
  }
} catch (error) {
  console.log(`${error.constructor.name}: ${error.message}`);
  process.exitCode = 1;
}

async function send(store, from) {
  for (let count = 0; ; count += 1) {
    const clientMsgId = `${from}-${process.pid}-${count}`;
    const body = 'x'.repeat(100);
    const message = {
      room: 'log',
      from,
      clientMsgId,
      id: randomUUID(),
      time: Date.now(),
      body,
      sentBody: body,
    };
    const { message: stored } = await store.messages.append({ ...message, isSystem: true });
    console.log(`${clientMsgId} ${stored.seq}`);
  }
}
