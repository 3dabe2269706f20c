import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { createGateway } from '../../src/bootstrap.js';
import { Metrics } from '../../src/observability/metrics.js';
import { TestClient, type TestClientOptions } from './test-client.js';
import { testConfig } from './test-config.js';
import { testToken } from './test-token.js';

/** A gateway that really listens, with the clients it was asked for; everything ends with `close`. */
export class TestGateway {
  private readonly clients: TestClient[] = [];

  private constructor(readonly app: NestFastifyApplication) {}

  static async start(
    env: Record<string, string> = {},
    modules: DynamicModule['imports'] = [],
  ): Promise<TestGateway> {
    const config = testConfig(env);
    const app = await createGateway(config, modules);
    await app.listen(0, '127.0.0.1');
    return new TestGateway(app);
  }

  get port(): number {
    return (this.app.getHttpServer().address() as AddressInfo).port;
  }

  /** Where the gateway listens, without a path. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get rest(): ReturnType<typeof supertest> {
    return supertest(this.origin);
  }

  /** A client with a socket under way; await its `opened` or `closed`. */
  connect(options: TestClientOptions = {}): TestClient {
    const client = new TestClient(`ws://127.0.0.1:${this.port}`, options);
    this.clients.push(client);
    return client;
  }

  /** An open, authenticated client that got its welcome. */
  async signIn(sub: string, options: TestClientOptions = {}): Promise<TestClient> {
    const client = this.connect({ token: testToken({ sub }), ...options });
    await client.opened;
    await client.next('welcome');
    return client;
  }

  /** One sample of the metrics endpoint; 0 when it has no such line. `labels` as in `{code="1009",reason="too_big"}`. */
  async metric(name: string, labels = ''): Promise<number> {
    const text = await this.app.get(Metrics).registry.metrics();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}${labels} `));
    return line === undefined ? 0 : Number(line.slice(line.lastIndexOf(' ') + 1));
  }

  async close(): Promise<void> {
    this.clients.forEach((client) => client.terminate());
    await this.app.close();
  }
}
