import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { handshake } from '../harness/raw-handshake.js';
import { TestGateway } from '../harness/test-gateway.js';
import { testToken } from '../harness/test-token.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
});
afterAll(() => gateway.close());

it('sends the response to an upgrade and the welcome in one write', async () => {
  const socket = connect(gateway.port, '127.0.0.1');
  socket.write(handshake({ headers: { Authorization: `Bearer ${testToken()}` } }));
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  expect(first.toString('latin1')).toMatch(/^HTTP\/1\.1 101 [^]*"event":"welcome"/);
});
