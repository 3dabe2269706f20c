import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A message that was said to be stored. */
export interface Acknowledged {
  readonly clientMsgId: string;
  readonly seq: number;
}

/** The built embedded store in a process of its own, with senders that write without pause. Needs `npm run build`. */
export class StoreProcess {
  /** What else it says. */
  output = '';
  /** What it has said is stored, in the order it said so. */
  readonly acknowledged: Acknowledged[] = [];
  readonly exited: Promise<{ code: number | null }>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;

  constructor(file: string, senders: number) {
    const script = fileURLToPath(new URL('./store-writer-process.mjs', import.meta.url));
    this.child = spawn(process.execPath, [script, file, `${senders}`], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    createInterface(this.child.stdout).on('line', (line) => this.read(line));
    this.exited = once(this.child, 'close').then(([code]) => ({ code }));
  }

  /** Has it call `process.exit(3)`, whatever its store is doing. */
  exit(): void {
    this.child.kill('SIGTERM');
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  private read(line: string): void {
    const [, clientMsgId, seq] = /^(sender-\S+) (\d+)$/.exec(line) ?? [];
    if (clientMsgId === undefined) {
      this.output += `${line}\n`;
    } else {
      this.acknowledged.push({ clientMsgId, seq: Number(seq) });
    }
  }
}
