import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { TestGateway } from '../harness/test-gateway.js';
import { adminToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

const authorization = `Bearer ${adminToken()}`;

it.each(['/%761/users/bob', '/v1/%75sers/bob', '/v1/users/b%6fb?x=/health'])(
  'holds a call however its path is written: %s',
  async (path) => {
    await gateway.rest.delete(path).set('authorization', authorization).expect(200);
    const { body } = await gateway.rest.get('/v1/audit?limit=1').set('authorization', authorization);
    expect(body.entries).toMatchObject([{ action: 'users.disconnect', target: { id: 'bob' } }]);
    await gateway.rest.delete('/v1/connections/none').set('authorization', authorization).expect(404);
  },
);
