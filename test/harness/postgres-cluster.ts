import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PostgresBinaries } from './postgres-binaries.js';
import { ScratchFolder } from './scratch-folder.js';

const USER = 'tidegate';
const HOST = '127.0.0.1';
// Like most real databases, which do not sort by bytes.
const LOCALE = ['--no-locale', '--locale-provider=icu', '--icu-locale=en-US'];

export interface ClusterOptions {
  /** Of the folder of the data. */
  readonly prefix: string;
  /** `name=value`; everything else is PostgreSQL's default. */
  readonly settings: readonly string[];
  /** More options of `initdb`. */
  readonly initialize?: readonly string[];
}

/** The data of a real PostgreSQL, and its server on a free port of the loopback while it is launched. */
export class PostgresCluster {
  private postmaster: ChildProcess | undefined;

  private constructor(
    private readonly binaries: PostgresBinaries,
    private readonly folder: ScratchFolder,
    private readonly port: number,
    private readonly settings: readonly string[],
  ) {}

  static async create(
    binaries: PostgresBinaries,
    { prefix, settings, initialize = [] }: ClusterOptions,
  ): Promise<PostgresCluster> {
    const { initdb, account } = binaries;
    const folder = ScratchFolder.create(prefix, account);
    const options = ['-D', folder.path, '-U', USER, '-A', 'trust', '-E', 'UTF8', ...LOCALE, ...initialize];
    await promisify(execFile)(initdb, options, { ...account, cwd: '/' });
    return new PostgresCluster(binaries, folder, await freePort(), settings);
  }

  get isRunning(): boolean {
    return this.postmaster !== undefined;
  }

  /** Of the process all others descend from; undefined while none runs. */
  get pid(): number | undefined {
    return this.postmaster?.pid;
  }

  /** Resolves when it takes connections. */
  async launch(): Promise<void> {
    const settings = [...this.settings, 'unix_socket_directories='].flatMap((setting) => ['-c', setting]);
    const options = ['-D', this.folder.path, '-h', HOST, '-p', String(this.port), ...settings];
    const postmaster = spawn(this.binaries.postgres, options, {
      ...this.binaries.account,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await readinessOf(postmaster);
    this.postmaster = postmaster;
  }

  /** Resolves when the postmaster is gone; its children may hold the data a moment longer. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const { postmaster } = this;
    if (postmaster !== undefined) {
      this.postmaster = undefined;
      const ended = once(postmaster, 'exit');
      postmaster.kill(signal);
      await ended;
    }
  }

  /** Ends the server and removes the data. */
  async remove(): Promise<void> {
    await this.folder.remove();
  }

  urlOf(database: string): string {
    return `postgres://${USER}@${HOST}:${this.port}/${database}`;
  }

  async query(sql: string, url = this.urlOf('postgres')): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }
}

async function readinessOf(postmaster: ChildProcess): Promise<void> {
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
  // Reading on keeps it from blocking on a full pipe; keeping what it says is not needed.
  postmaster.stderr?.removeAllListeners('data').resume();
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, HOST);
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
