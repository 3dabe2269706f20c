import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TestClient, type TestClientOptions } from './test-client.js';
import { TEST_SECRET } from './test-config.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const READY_DEADLINE_MS = 20_000;

/** The built gateway in a process of its own: what signals, exit codes and output are about. Needs `npm run build`. */
export class GatewayProcess {
  output = '';
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  private readonly child: ChildProcessByStdio<null, Readable, Readable>;
  private readonly clients: TestClient[] = [];

  constructor(env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: '0',
        JWT_SECRET: TEST_SECRET,
        STORE_URL: 'memory:',
        DRAIN_DELAY_MS: '0',
        LIMIT_UPGRADES_PER_IP: '0',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.exited = once(this.child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** The port it listens on, once it says so. */
  async listening(): Promise<number> {
    const deadline = Date.now() + READY_DEADLINE_MS;
    while (Date.now() < deadline) {
      const port = /listening on port (\d+)/.exec(this.output)?.[1];
      if (port !== undefined) {
        return Number(port);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`The gateway did not start:\n${this.output}`);
  }

  async connect(options: TestClientOptions): Promise<TestClient> {
    const client = new TestClient(`ws://127.0.0.1:${await this.listening()}`, options);
    this.clients.push(client);
    return client;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async end(): Promise<void> {
    this.clients.forEach((client) => client.terminate());
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGKILL');
    }
    await this.exited;
  }
}
