import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { TEST_SECRET } from '../harness/test-config.js';

/** Where the built gateway of this checkout is. */
export const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const READY_DEADLINE_MS = 20_000;
const START_ATTEMPTS = 3;
const LAST_OUTPUT = 4000;

/** A gateway of which no limit gets in the way of a crowd on one machine. */
const OPEN_LIMITS = {
  LIMIT_COMMANDS_PER_SECOND: '0',
  LIMIT_CHAT_PER_SECOND: '0',
  LIMIT_CHAT_PER_ROOM_PER_SECOND: '0',
  LIMIT_CONNECTIONS_PER_IP: '0',
  LIMIT_UNAUTHENTICATED_PER_IP: '0',
  LIMIT_UPGRADES_PER_IP: '0',
};

/** A built gateway that is killed and comes back on the same port with the same store. */
export class KillableGateway {
  /** What it wrote last, over all its lives. */
  output = '';
  private child: ChildProcess | undefined;
  private port = 0;

  /** `root` holds `dist` and what belongs to it. */
  constructor(
    private readonly root: string,
    private readonly env: Record<string, string>,
  ) {}

  get httpUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Resolves when it listens, on a free port the first time. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.port = await this.launch();
        return;
      } catch (error) {
        await this.kill();
        if (attempt === START_ATTEMPTS) {
          throw error;
        }
      }
    }
  }

  /** SIGKILL: it gets no chance to finish anything. */
  async kill(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }

  private launch(): Promise<number> {
    const child = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: this.root,
      env: {
        PATH: process.env['PATH'],
        HOST: '127.0.0.1',
        PORT: String(this.port),
        JWT_SECRET: TEST_SECRET,
        ...OPEN_LIMITS,
        ...this.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        clearTimeout(deadline);
        reject(new Error(`The gateway ${why}:\n${this.output}`));
      };
      const deadline = setTimeout(() => fail('did not listen in time'), READY_DEADLINE_MS);
      child.once('exit', () => fail('ended'));
      child.once('error', reject);
      let own = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (text: string) => {
          own = (own + text).slice(-LAST_OUTPUT);
          this.output = (this.output + text).slice(-LAST_OUTPUT);
          const port = /listening on port (\d+)/.exec(own)?.[1];
          if (port !== undefined) {
            clearTimeout(deadline);
            resolve(Number(port));
          }
        });
      }
    });
  }
}
