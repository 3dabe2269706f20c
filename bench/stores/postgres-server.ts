import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { PostgresBinaries } from '../../test/harness/postgres-binaries.js';
import type { BenchStore } from './bench-store.js';
import { familyCpuMicros } from './process-family.js';
import { ScratchFolder } from './scratch-folder.js';

const USER = 'tidegate';
const HOST = '127.0.0.1';
// Written out, as the figures stand and fall with them; all else is PostgreSQL's default.
const SETTINGS = ['fsync=on', 'synchronous_commit=on', 'unix_socket_directories='];
const LOCALE = ['--no-locale', '--locale-provider=icu', '--icu-locale=en-US'];

/** A real PostgreSQL on a free loopback port, with data of its own. */
export class PostgresServer {
  private databases = 0;

  private constructor(
    private readonly folder: ScratchFolder,
    private readonly port: number,
    private readonly postmaster: ChildProcess,
  ) {}

  static async start({ initdb, postgres, account }: PostgresBinaries): Promise<PostgresServer> {
    const folder = ScratchFolder.create(account);
    const port = await freePort();
    const options = ['-D', folder.path, '-U', USER, '-A', 'trust', '-E', 'UTF8', ...LOCALE];
    await promisify(execFile)(initdb, options, { ...account, cwd: '/' });
    const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
    const postmaster = spawn(postgres, ['-D', folder.path, '-h', HOST, '-p', String(port), ...settings], {
      ...account,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await readinessOf(postmaster);
    return new PostgresServer(folder, port, postmaster);
  }

  async createStore(): Promise<BenchStore> {
    this.databases += 1;
    const name = `bench_${this.databases}`;
    await this.query(`create database ${name}`);
    return {
      url: this.urlOf(name),
      cpuMicros: () => familyCpuMicros(this.postmaster.pid!),
      // The connections of a server that was killed may still be there.
      remove: () => this.query(`drop database ${name} with (force)`),
    };
  }

  async stop(): Promise<void> {
    await this.folder.remove();
  }

  private async query(sql: string): Promise<void> {
    const client = new Client({ connectionString: this.urlOf('postgres') });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }

  private urlOf(database: string): string {
    return `postgres://${USER}@${HOST}:${this.port}/${database}`;
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
