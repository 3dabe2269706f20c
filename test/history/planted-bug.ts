import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ViolationKind } from './evidence.js';
import { REPOSITORY } from './killable-gateway.js';

/** One wrong place in the built gateway, and what the checker has to say about it. */
export interface PlantedBug {
  readonly name: string;
  readonly kind: ViolationKind;
  /** How often the gateway has to be killed for it to show. */
  readonly kills: number;
  /** Below `dist/src`. */
  readonly file: string;
  readonly original: string;
  readonly replacement: string;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'ack before commit',
    kind: 'lost-ack',
    kills: 3,
    file: 'adapters/store/sql/sql-message.store.js',
    original: ': this.db.transaction().execute((tx) => appendMessages(tx, this.engine, messages));',
    replacement: `: new Promise((resolve, reject) => this.db.transaction().execute(async (tx) => {
        resolve(await appendMessages(tx, this.engine, messages));
        await new Promise((done) => setTimeout(done, 400));
      }).catch(reject));`,
  },
  {
    name: 'dedup removed',
    kind: 'duplicate-row',
    kills: 0,
    file: 'adapters/store/sql/append-batch.js',
    original: 'const key = sendKey(message.room, message.from, message.clientMsgId);',
    replacement: 'const key = sendKey(message.room, message.from, message.clientMsgId) + message.id;',
  },
  {
    name: 'publish before commit',
    kind: 'phantom',
    kills: 1,
    file: 'features/chat/messages.service.js',
    original: 'outcome = await this.judgeAndAppend(draft);',
    replacement: `const { head } = (await this.messages.page(draft.room, { limit: 1 })) ?? { head: 0 };
      const { id, room: place, clientMsgId, body, time } = draft;
      this.feed.publish({ type: 'message', room: place, seq: head + 1, from, id, clientMsgId, body, time, to }, session.id);
      outcome = await this.judgeAndAppend(draft);`,
  },
  {
    name: 'resume off by one',
    kind: 'bad-page',
    kills: 0,
    file: 'features/chat/history.service.js',
    original: 'this.messages.page(room.id, { since, limit:',
    replacement: 'this.messages.page(room.id, { since: since + 1, limit:',
  },
  {
    name: 'pushes out of order',
    kind: 'push-order',
    kills: 0,
    file: 'hub/log-subscription.js',
    original: 'push.enqueueTo(this.session);',
    replacement: 'setTimeout(() => push.enqueueTo(this.session), Math.random() * 20);',
  },
];

/** A copy of the built gateway, with the bug in it where one is given. The bug must fit in exactly one place. */
export class GatewayCopy {
  readonly root = mkdtempSync(join(tmpdir(), 'tidegate-planted-'));

  constructor(bug?: PlantedBug) {
    for (const folder of ['dist/src', 'dist/config']) {
      cpSync(join(REPOSITORY, folder), join(this.root, folder), { recursive: true });
    }
    for (const name of ['node_modules', 'package.json', 'web']) {
      symlinkSync(join(REPOSITORY, name), join(this.root, name));
    }
    if (bug !== undefined) {
      plant(join(this.root, 'dist/src', bug.file), bug);
    }
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function plant(file: string, { name, original, replacement }: PlantedBug): void {
  const parts = readFileSync(file, 'utf8').split(original);
  if (parts.length !== 2) {
    throw new Error(
      `"${name}" fits in ${parts.length - 1} places of ${file}, not in one: bring it up to date`,
    );
  }
  writeFileSync(file, parts.join(replacement));
}
