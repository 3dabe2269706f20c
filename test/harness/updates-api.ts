import type { Response } from 'supertest';
import type { TestClient } from './test-client.js';
import type { TestGateway } from './test-gateway.js';
import { adminToken, testToken } from './test-token.js';

/** The back office's side of updates, with every right. */
export class UpdatesApi {
  constructor(private readonly gateway: TestGateway) {}

  /** Sends an inbox update, unless `body` says otherwise. Resolves to the answer's body. */
  // The tests know what they asked for.
  // oxlint-disable-next-line typescript/no-explicit-any
  async send(body: object): Promise<any> {
    return (await this.post(body).expect(202)).body;
  }

  post(body: object, key?: string): ReturnType<ReturnType<TestGateway['rest']['post']>['send']> {
    return this.gateway.rest
      .post('/v1/updates')
      .set({ ...this.headers, ...(key !== undefined && { 'idempotency-key': key }) })
      .send({ event: 'news', data: {}, delivery: 'inbox', ...body });
  }

  // oxlint-disable-next-line typescript/no-explicit-any
  async report(id: string, query = ''): Promise<any> {
    return (await this.gateway.rest.get(`/v1/updates/${id}${query}`).set(this.headers).expect(200)).body;
  }

  async cancel(id: string): Promise<Response['body']> {
    return (await this.gateway.rest.delete(`/v1/updates/${id}`).set(this.headers).expect(200)).body;
  }

  private get headers(): { authorization: string } {
    return { authorization: `Bearer ${adminToken()}` };
  }
}

/** A client that has named its device. */
export function signInDevice(
  gateway: TestGateway,
  sub: string,
  device: string,
  claims: Record<string, unknown> = {},
): Promise<TestClient> {
  return gateway.signIn(sub, { token: testToken({ sub, ...claims }), path: `/ws?device=${device}` });
}

/** What the client has been pushed so far, once it has had an answer: `data` of every update. */
export async function updateData(client: TestClient): Promise<unknown[]> {
  await client.request('ping');
  return client.received.filter(({ event }) => event === 'update').map(({ data }) => data.data as unknown);
}
