import type { PostgresBinaries } from '../../test/harness/postgres-binaries.js';
import { PostgresCluster } from '../../test/harness/postgres-cluster.js';
import type { BenchStore } from './bench-store.js';
import { familyCpuMicros } from './process-family.js';

// Written out, as the figures stand and fall with them.
const SETTINGS = ['fsync=on', 'synchronous_commit=on'];

/** A real PostgreSQL for measurements. */
export class PostgresServer {
  private databases = 0;

  private constructor(private readonly cluster: PostgresCluster) {}

  static async start(binaries: PostgresBinaries): Promise<PostgresServer> {
    const options = { prefix: 'tidegate-bench-', settings: SETTINGS };
    const cluster = await PostgresCluster.create(binaries, options);
    await cluster.launch();
    return new PostgresServer(cluster);
  }

  async createStore(): Promise<BenchStore> {
    this.databases += 1;
    const name = `bench_${this.databases}`;
    await this.cluster.query(`create database ${name}`);
    return {
      url: this.cluster.urlOf(name),
      cpuMicros: () => familyCpuMicros(this.cluster.pid!),
      remove: async () => {
        // The connections of a server that was killed may still be there.
        await this.cluster.query(`drop database ${name} with (force)`);
      },
    };
  }

  async stop(): Promise<void> {
    await this.cluster.remove();
  }
}
